n = int(input())
block = b'x' * (n << 20)
print(n)
