public class Empty {
}
