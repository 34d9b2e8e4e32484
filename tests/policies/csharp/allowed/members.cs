using System;

class Disk { public string File = "x"; public void Process(int x) { } public int Exec; }

class Program
{
    static void Main() { var d = new Disk(); d.Process(1); Console.WriteLine(d.File.Length + d.Exec); }
}
