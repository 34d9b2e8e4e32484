import sys
import json
from collections import Counter, deque
from functools import lru_cache
from itertools import permutations

data = [int(word) for line in sys.stdin for word in line.split()]
json.dump({"sum": sum(data), "max": max(data, default=0)}, sys.stdout)
sys.exit(0)
