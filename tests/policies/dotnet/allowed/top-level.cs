int open(int x) => x;
Console.WriteLine(open(1) + "File.ReadAllText(");
