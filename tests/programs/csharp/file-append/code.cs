using System;
using System.IO;

class Program
{
    static void Main()
    {
        File.WriteAllText("notes.txt", "first Ä\n");
        File.AppendAllText("notes.txt", "second\n");
        Console.Write(File.ReadAllText("notes.txt"));
    }
}
