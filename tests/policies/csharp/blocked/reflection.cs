// rule: csharp-reflection
using System;

class Program
{
    static void Main() { Console.WriteLine(Type.GetType("System.Diagnostics.Process")); }
}
