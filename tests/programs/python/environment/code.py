import os

print(*sorted(set(os.environ) - {"LC_CTYPE"}))
print(os.getcwd())
print(os.listdir("."))
