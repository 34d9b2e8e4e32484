"""How water moves. Nothing here does

import os

and nobody calls eval("1") or open("x").
"""
import collections.abc as osmosis
import math as posix_like

print(osmosis.__name__, posix_like.pi)
