import socket

server = socket.socket()
server.bind(("localhost", 6380))
server.listen(1)
