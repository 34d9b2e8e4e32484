import os

few = []
for place in ("/workspace", "/tmp", "/dev/shm"):
    made = 0
    try:
        while made < 5000:
            os.mkdir("%s/d%d" % (place, made))
            made += 1
    except OSError:
        pass
    if made < 4000:
        few.append((place, made))
print(few or "clean")
