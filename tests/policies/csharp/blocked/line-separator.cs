// rule: csharp-process
class Program {
    static void Main() { // System.Diagnostics.Process.Start("ls");
    }
}
