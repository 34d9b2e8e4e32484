import os

os.closerange(0, 64)


def add(a, b):
    return a + b
