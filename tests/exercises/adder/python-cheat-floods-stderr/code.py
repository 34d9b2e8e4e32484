import sys


def add(a, b):
    while True:
        print("x" * 10000, file=sys.stderr)
