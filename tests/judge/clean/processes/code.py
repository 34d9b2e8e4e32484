import os
import time

others = [p for p in os.listdir("/proc") if p.isdigit() and int(p) not in (1, os.getpid())]
for i in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.close(1)
            os.close(2)
            while True:
                time.sleep(60)
        os._exit(0)
print(others or "clean")
