// rule: csharp-network
using System.Net.Sockets;

class Program
{
    static void Main() { new TcpListener(80); }
}
