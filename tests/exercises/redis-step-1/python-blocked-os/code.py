import os
import socket

server = socket.socket()
server.bind(("localhost", 6379))
server.listen(1)
os._exit(0)
