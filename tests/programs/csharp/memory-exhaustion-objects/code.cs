using System.Collections.Generic;

class Program
{
    static void Main()
    {
        var kept = new Dictionary<int, string>();
        for (int i = 0; ; i++)
            kept[i] = "number " + i;
    }
}
