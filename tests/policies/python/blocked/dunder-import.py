# rule: python-os
module = __import__('os')
print(module.getcwd())
