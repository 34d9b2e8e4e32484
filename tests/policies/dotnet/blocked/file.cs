// rule: csharp-files
Console.WriteLine(File.ReadAllText("/etc/passwd"));
