// using System.Net;
/* Process.Start("ls"); unsafe { } */
using System;

class Program
{
    static void Main() { Console.WriteLine("x"); } // File.Open("x")
}
