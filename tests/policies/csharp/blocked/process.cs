// rule: csharp-process
using System.Diagnostics;

class Program
{
    static void Main() { Process.Start("ls"); }
}
