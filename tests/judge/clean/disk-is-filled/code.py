import os

full = []
for place in ("/workspace", "/tmp", "/dev/shm"):
    size = 0
    try:
        for i in range(64):
            with open("%s/fill%d" % (place, i), "wb") as file:
                for j in range(8):
                    size += file.write(b"x" * (1 << 20))
    except OSError:
        pass
    if size < 14 << 20:
        full.append((place, size))
print(full or "clean")
