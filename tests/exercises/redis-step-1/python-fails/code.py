import socket

server = socket.socket()
server.bnd(("localhost", 6379))
