// rule: csharp-native
using System.Runtime.InteropServices;

Console.WriteLine(Marshal.SizeOf<int>());
