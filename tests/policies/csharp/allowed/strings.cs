using System;

class Program
{
    static void Main()
    {
        Console.WriteLine("File.ReadAllText(\"x\")" + @"C:\""File.Open("" " + '"' + "unsafe {");
        Console.WriteLine($"{{File.ReadAllText(1)}} {1:N2} Process.Start({'x'})");
    }
}
