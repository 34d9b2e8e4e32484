import sys


def add(a, b):
    return a + b


if __name__ == "__main__":
    sys.exit("it is not run as a script")
