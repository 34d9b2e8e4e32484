def add(a, b):
    return "\ud83d"
