// rule: csharp-native
using System;

class Program
{
    [DllImport("libc")] static extern int getpid();
    static void Main() { Console.WriteLine(getpid()); }
}
