using System;

class Program
{
    static void Main()
    {
        int bytes = 0, lines = 0;
        for (string line; (line = Console.ReadLine()) != null; lines++)
            bytes += line.Length + 1;
        Console.WriteLine($"{bytes} bytes, {lines} lines");
    }
}
