using System;
using System.Json;
using System.Linq;
using System.Text.RegularExpressions;

class Program
{
    static void Main()
    {
        JsonValue data = JsonValue.Parse("{\"name\": \"Zoë\", \"numbers\": [1, 2, 3], \"nothing\": null}");
        int sum = ((JsonArray)data["numbers"]).Sum(n => (int)n);
        Console.WriteLine("{{\"sum\": {0}, \"name\": \"{1}\"}}", sum, (string)data["name"]);
        Console.WriteLine(Regex.Replace("zoë@example.org", @"(\p{L}+)@(\w+)\.org", "$2 has $1"));
    }
}
