# rule: python-network
import socket

with socket.create_connection(("example.org", 80)) as line:
    line.sendall(b"GET / HTTP/1.0\r\n\r\n")
