var files = new Dictionary<string, int> { ["x"] = 1 };
var fileNames = string.Join(",", files.Keys);
Console.WriteLine(fileNames);
