import socket
import sys

reached = names = 0
for target in sys.argv[1:]:
    host, port = target.split(":")
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(socket.AF_INET, kind) as one:
                one.settimeout(0.2)
                one.connect((host, int(port)))
                one.send(b"x")
                # A datagram to our own loopback leaves, and nobody is there.
                reached += kind == socket.SOCK_STREAM or not host.startswith("127.")
        except OSError:
            pass
try:
    names += len(socket.getaddrinfo("debian.org", 80))
except OSError:
    pass
print(f"{len(sys.argv) - 1} tried, {reached} reached, {names} names")
