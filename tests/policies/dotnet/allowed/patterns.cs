object value = 1;
Console.WriteLine(value switch { int n when n > 0 => $"{n:D4}", _ => "process" });
