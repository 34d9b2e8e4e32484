import socket


def main():
    with socket.create_server(("127.0.0.1", 6379)) as server:
        connection, _ = server.accept()
        connection.recv(100)


if __name__ == "__main__":
    main()
