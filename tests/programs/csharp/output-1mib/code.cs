using System;

class Program
{
    static void Main()
    {
        for (int i = 0; i < 65536; i++)
            Console.Write("0123456789abcdef");
    }
}
