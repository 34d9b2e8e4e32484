record File(string Name);
record Person(string Name, int Age);

Console.WriteLine(new Person("x", 1));
