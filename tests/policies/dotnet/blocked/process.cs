// rule: csharp-process
System.Diagnostics.Process.Start("ls");
