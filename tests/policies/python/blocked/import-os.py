# rule: python-os
import os

print(os.listdir("/"))
