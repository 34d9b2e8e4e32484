# A file without a name, which only exists inside of two sockets that hold each other.
import array
import os
import socket

file = os.open("/tmp/big", os.O_RDWR | os.O_CREAT)
wrote = 0
try:
    while wrote < 15 << 20:
        wrote += os.write(file, b"x" * (1 << 20))
except OSError:
    pass
os.unlink("/tmp/big")
a, b = socket.socketpair()
for to, fds in ((a, [file, a.fileno(), b.fileno()]), (b, [a.fileno(), b.fileno()])):
    to.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])
print("clean" if wrote >= 14 << 20 else wrote)
