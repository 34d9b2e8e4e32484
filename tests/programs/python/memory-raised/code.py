kept = []
for _ in range(160):
    kept.append(b"x" * (1 << 20))
print(len(kept))
