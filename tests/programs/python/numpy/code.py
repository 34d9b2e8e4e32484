import numpy as np

a = np.array([[1, 2], [3, 4]])
b = np.array([[5, 6], [7, 8]])
print(a @ b)
print(round(float(np.linalg.det(a)), 6))
print(float(np.sin(np.zeros(1_000_000)).sum()))
