import sys

word = sys.stdin.read()
print(word, word[::-1].upper(), flush=True)
print(word, file=sys.stderr, flush=True)
while "sleeps" in word:
    pass
eaten = [word * (1 << 20) for _ in range(1000 if "eats" in word else 0)]
