import socket


def connect(program):
    while program.ended(0.05) is None:
        try:
            return socket.create_connection(("localhost", 6379))
        except OSError:
            pass
    raise AssertionError(f"the program ended {program.ended()}")


def test_pings(program):
    program.start()
    with connect(program) as client:
        for _ in range(200):
            client.sendall(b"PING\n")
            assert client.recv(100) == b"PONG\n"
