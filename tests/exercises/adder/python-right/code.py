def add(a, b):
    print("adding", a)
    return a + b
