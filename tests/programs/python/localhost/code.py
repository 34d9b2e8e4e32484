import socket
import threading

with socket.create_server(("localhost", 3000)) as server:
    def serve():
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"hello from localhost")

    threading.Thread(target=serve).start()
    with socket.create_connection(("localhost", 3000)) as client:
        print(client.makefile().read())
