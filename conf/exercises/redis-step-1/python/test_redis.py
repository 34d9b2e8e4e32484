import socket
import time
import unittest

from sandpool import program

PORT = 6379
SECONDS = 5
HINT = f'Bind a socket to ("localhost", {PORT}) and call listen() on it.'


def connects():
    try:
        socket.create_connection(("localhost", PORT), timeout=1).close()
        return True
    except OSError:
        return False


class Step1(unittest.TestCase):
    def test_listens(self):
        """Something listens on port 6379"""
        program.start()
        deadline = time.monotonic() + SECONDS
        while True:
            ended = program.ended(0.01)
            if connects():
                return
            if ended:
                self.fail(f"Your program ended {ended}, and nothing listens on port {PORT}. {HINT}")
            if time.monotonic() > deadline:
                self.fail(f"Nothing listens on port {PORT} after {SECONDS} seconds. {HINT}")
