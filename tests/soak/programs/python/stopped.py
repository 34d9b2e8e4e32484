import os
import signal

print("@TOKEN@", flush=True)
for i in range(4):
    if os.fork() == 0:
        break
os.kill(0, signal.SIGSTOP)
