using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

class Program
{
    static void Main()
    {
        int sum = 0;
        var threads = Enumerable.Range(0, 4).Select(i => new Thread(() => Interlocked.Add(ref sum, i))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Task.WaitAll(Enumerable.Range(4, 4).Select(i => Task.Run(() => Interlocked.Add(ref sum, i))).ToArray());
        Console.WriteLine(sum);
    }
}
