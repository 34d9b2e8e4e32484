x = 1
for _ in range(6000000):
    x = (x * 1103515245 + 12345) & 0x7FFFFFFF
print(x)
