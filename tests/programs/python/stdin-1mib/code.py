import sys

data = sys.stdin.buffer.read()
print(len(data), "bytes,", data.count(b"\n"), "lines")
