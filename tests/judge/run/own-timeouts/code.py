import time

s = float(input())
time.sleep(s)
print(s)
