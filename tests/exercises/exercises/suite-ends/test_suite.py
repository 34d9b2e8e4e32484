import os


def test_first():
    pass


def test_ends():
    os._exit(0)


def test_last():
    pass
