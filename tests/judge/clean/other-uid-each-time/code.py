import os

# Root's are the runner and a fork server.
others = [p for p in os.listdir("/proc") if p.isdigit() and os.stat("/proc/" + p).st_uid and int(p) != os.getpid()]
print("somebody else is there" if others or os.path.exists("/tmp/uid") else "clean")
open("/tmp/uid", "w").write(str(os.getuid()))
try:
    open("main.py", "a").close()
    print("main.py can be written")
except PermissionError:
    pass
