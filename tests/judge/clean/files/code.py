import os

found = [n for p in ("/workspace", "/tmp", "/dev/shm", "/dev/mqueue") for n in os.listdir(p) if n != "main.py"]
for place in ("/workspace", "/tmp", "/dev/shm"):
    os.makedirs(place + "/a/b/c")
    for name in ("left", ".left", "a/b/c/left", "\xe9\n"):
        open(os.path.join(place, name), "w").write("x")
    os.symlink("/workspace/main.py", place + "/link")
    os.mkfifo(place + "/pipe")
    os.chmod(place + "/a", 0)
print(found or "clean")
