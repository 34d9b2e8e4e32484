text = input()
print(text, flush=True)
block = text.encode() * (100 << 20)
