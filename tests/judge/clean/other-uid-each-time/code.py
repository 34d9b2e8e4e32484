import os

try:
    os.kill(-1, 0)
    print("somebody else is there")
except ProcessLookupError:
    print("clean")
except PermissionError:
    print("clean")
open("/tmp/uid", "w").write(str(os.getuid()))
try:
    open("main.py", "a").close()
    print("main.py can be written")
except PermissionError:
    pass
