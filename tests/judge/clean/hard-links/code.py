import os

names = sorted(os.listdir("."))
try:
    os.link("main.py", "again.py")
except OSError:
    pass
print("clean" if names == ["main.py"] else names)
