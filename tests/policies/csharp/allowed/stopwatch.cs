using System;
using System.Diagnostics;
using System.IO;

class Program
{
    static void Main()
    {
        var watch = Stopwatch.StartNew();
        TextReader input = Console.In;
        var text = new StringWriter();
        Console.WriteLine(watch.ElapsedMilliseconds >= 0 && input != null && text != null);
    }
}
