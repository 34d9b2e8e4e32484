def add(a, b:
