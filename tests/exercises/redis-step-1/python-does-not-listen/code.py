import socket

server = socket.socket()
server.bind(("localhost", 6379))
