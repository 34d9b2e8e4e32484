# Looks through the memory of all processes that it can read, every file, environment and command line.
import os

needle = str(424242 * 1000001).encode()
me = os.getpid()
found = []


def look(path, data):
    if needle in data:
        found.append(path)


for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) == me:
        continue
    for name in ("environ", "cmdline", "mem", "maps", "fd/0", "fd/1"):
        try:
            with open("/proc/%s/%s" % (pid, name), "rb") as file:
                look(name, file.read(1 << 20))
        except (OSError, ValueError):
            pass
for place in ("/workspace", "/tmp", "/dev/shm", "/run", "/sandpool"):
    for folder, _, names in os.walk(place):
        for name in names:
            try:
                with open(os.path.join(folder, name), "rb") as file:
                    look(name, file.read(1 << 20))
            except OSError:
                pass
print(found or "not here")
