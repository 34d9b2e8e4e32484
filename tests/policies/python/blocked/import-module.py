# rule: python-import python-os
import importlib

print(importlib.import_module("os").getcwd())
