using System;
using System.Diagnostics;
using System.Threading;

class Program
{
    static void Check(bool right)
    {
        if (!right)
            throw new Exception("wrong");
    }

    static void Main()
    {
        Check(DateTime.Now.Year >= 2025);
        var watch = Stopwatch.StartNew();
        Thread.Sleep(10);
        Check(watch.ElapsedMilliseconds >= 10);
        var random = new Random();
        for (int i = 0; i < 1000; i++)
            Check(random.Next(6) < 6);
        Check(Guid.NewGuid() != Guid.NewGuid());
        Console.WriteLine("time and random");
    }
}
