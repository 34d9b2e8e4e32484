# Prints what others listen with, and listens itself.
import os
import socket
import time

try:
    peer = socket.create_connection(("127.0.0.1", 5000), 0.1)
    print(peer.recv(64).decode(errors="replace"))
except OSError:
    pass
listener = socket.socket()
listener.bind(("127.0.0.1", 5000))
listener.listen()
print("@TOKEN@", flush=True)
if os.fork() == 0:
    while True:
        listener.accept()[0].sendall(b"@TOKEN@\n")
time.sleep(0.05)
