# rule: python-sys
import sys

print(sys.modules["os"].getcwd())
