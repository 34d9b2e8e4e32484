// rule: csharp-files
class Program
{
    static void Main() { System.IO.File.Delete("x"); }
}
