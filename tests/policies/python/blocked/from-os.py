# rule: python-os
def names():
    from os import path, sep
    return path.join("a", sep)


print(names())
