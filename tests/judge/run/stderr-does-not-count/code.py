import sys

print('noise', file=sys.stderr)
print(1)
