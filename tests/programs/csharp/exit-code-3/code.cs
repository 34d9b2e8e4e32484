using System;

class Program
{
    static int Main()
    {
        Console.WriteLine("said");
        return 3;
    }
}
