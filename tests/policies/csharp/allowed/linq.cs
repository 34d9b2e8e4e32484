using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;

class Program
{
    static async Task<int> Open(int x) { await Task.Yield(); return x; }
    static void Main() { Console.WriteLine(new List<int> { 3, 1 }.OrderBy(x => x).First() + Open(1).Result); Environment.Exit(0); }
}
