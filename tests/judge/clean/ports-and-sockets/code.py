import socket

left = []
# The line between the runner and a fork server: two sockets without a name.
for name in ("tcp", "tcp6", "udp", "unix"):
    try:
        left += open("/proc/net/" + name).read().splitlines()[1:]
    except OSError:
        pass
lines = [line for line in left if len(line.split()) == 7]
left = [line for line in left if line not in lines] + lines[2:]
server = socket.socket()
server.bind(("127.0.0.1", 6379))
server.listen(8)
clients = []
for i in range(8):
    client = socket.create_connection(("127.0.0.1", 6379))
    peer, _ = server.accept()
    client.sendall(b"x" * 1000)
    peer.sendall(b"y" * 1000)
    if i % 2:
        peer.close()
    clients.append((client, peer))
udp = socket.socket(type=socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 53))
hidden = socket.socket(socket.AF_UNIX)
hidden.bind("\0left")
hidden.listen()
print(left or "clean")
