// rule: csharp-files
var text = """say "hi" """; Console.WriteLine(File.Exists(text));
