import os

os.kill(os.getpid(), len(input()))
