import os
import time

count = 0
try:
    while count < 200:
        if os.fork() == 0:
            time.sleep(100)
        count += 1
except OSError:
    pass
print("60 or fewer:", 10 < count <= 64)
