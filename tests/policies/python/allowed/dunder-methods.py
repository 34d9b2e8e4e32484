class Vector:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y

    def __repr__(self):
        return f"{self.__class__.__name__}({self.x}, {self.y})"

    def __reduce__(self):
        return Vector, (self.x, self.y)

    def __getattribute__(self, name):
        return object.__getattribute__(self, name)


if __name__ == "__main__":
    print(Vector(1, 2), Vector.__doc__)
