import time

print("before")
time.sleep(1000)
