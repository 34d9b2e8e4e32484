import os
import time

made = 0
try:
    while made < 1000:
        if os.fork() == 0:
            os.close(1)
            time.sleep(60)
        made += 1
except OSError:
    pass
print("clean" if made > 50 else made)
