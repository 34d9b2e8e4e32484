using System;

class Program
{
    static void Main()
    {
        uint x = 1;
        for (int i = 0; i < 200000000; i++)
            x = (x * 1103515245 + 12345) & 0x7fffffff;
        Console.WriteLine(x);
    }
}
