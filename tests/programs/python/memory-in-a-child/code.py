import os

if os.fork() == 0:
    kept = []
    while True:
        kept.append("x" * 1000000)
os.wait()
print("the parent ends well")
