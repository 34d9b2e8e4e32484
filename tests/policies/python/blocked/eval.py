# rule: python-eval
expression = input()
print(eval(expression))
