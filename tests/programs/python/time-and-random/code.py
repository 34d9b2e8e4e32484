import datetime
import random
import secrets
import time

assert datetime.datetime.now().year >= 2025
before = time.monotonic()
time.sleep(0.01)
assert time.monotonic() - before >= 0.01
assert all(1 <= random.randint(1, 6) <= 6 for _ in range(1000))
assert secrets.token_hex(16) != secrets.token_hex(16)
print("time and random")
