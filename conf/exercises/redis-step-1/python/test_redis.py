import socket
import time

import pytest

PORT = 6379
SECONDS = 5
HINT = f'Bind a socket to ("localhost", {PORT}) and call listen() on it.'


def connects():
    try:
        socket.create_connection(("localhost", PORT), timeout=1).close()
        return True
    except OSError:
        return False


def test_something_listens_on_port_6379(program):
    program.start()
    deadline = time.monotonic() + SECONDS
    while True:
        ended = program.ended(0.01)
        if connects():
            return
        if ended:
            pytest.fail(f"Your program ended {ended}, and nothing listens on port {PORT}. {HINT}")
        if time.monotonic() > deadline:
            pytest.fail(f"Nothing listens on port {PORT} after {SECONDS} seconds. {HINT}")
