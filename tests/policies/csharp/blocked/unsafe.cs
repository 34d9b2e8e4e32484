// rule: csharp-native
class Program
{
    static void Main() { int x = 1; unsafe { int* p = &x; *p = 2; } }
}
