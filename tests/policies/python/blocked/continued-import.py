# rule: python-os
import math
from \
    os \
    import listdir

print(listdir("."))
