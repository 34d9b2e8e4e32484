import socket

with socket.create_server(("localhost", 6379)) as server:
    client, _ = server.accept()
    while request := client.recv(100):
        print("received", request, "." * 1000)
        client.sendall(b"PONG\n")
