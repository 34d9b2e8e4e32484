import os
import time

# Root's are the runner and at most one fork server.
owners = [os.stat("/proc/" + p).st_uid for p in os.listdir("/proc") if p.isdigit() and int(p) != os.getpid()]
others = [uid for uid in owners if uid] or owners[2:]
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
