# Leaves a process behind that goes on printing for whoever comes next.
import os
import time

print("@TOKEN@", flush=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            os.write(1, b"@TOKEN@\n")
            os.write(2, b"@TOKEN@\n")
            time.sleep(0.01)
    os._exit(0)
