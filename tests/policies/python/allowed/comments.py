# import os
x = 1  # eval("x"); open("y")
#import subprocess
print(x)  # __import__("os")
