import socket
import time

time.sleep(0.5)
server = socket.socket()
server.bind(("", 6379))
server.listen()
print("listening")
