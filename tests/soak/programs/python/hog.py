print("@TOKEN@", flush=True)
held = []
while True:
    held.append(bytearray(1 << 20))
