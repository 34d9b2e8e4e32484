var text = """
    File.ReadAllText("x"); unsafe { }
    """;
var more = $"""{text} Process.Start("ls") {1 + 1}""";
Console.WriteLine(text + """"""" """ File.Open(""" """"""" + more);
