using System;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Xml.Linq;

class Program
{
    static void Main()
    {
        Console.WriteLine(BigInteger.Pow(2, 100));
        Console.WriteLine(XElement.Parse("<a><b>1</b><b>2</b></a>").Elements("b").Sum(b => (int)b));
        var stream = new MemoryStream();
        new DataContractJsonSerializer(typeof(int[])).WriteObject(stream, new[] { 1, 2 });
        Console.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
        dynamic text = "dynamic";
        Console.WriteLine(text.Length);
    }
}
