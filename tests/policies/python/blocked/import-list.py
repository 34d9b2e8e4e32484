# rule: python-os
import math,  sys ,os, json

print(os.getcwd(), math.pi)
