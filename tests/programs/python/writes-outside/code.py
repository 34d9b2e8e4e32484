import sys

written = []
for path in sys.argv[1:] + ["/workspace/x", "/tmp/x", "/dev/shm/x"]:
    try:
        with open(path, "ab") as file:
            file.write(b"x")
        written.append(path)
    except OSError:
        pass
print("written:", *written)
