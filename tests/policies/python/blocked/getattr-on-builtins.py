# rule: python-getattr
run = getattr(__builtins__, 'ev' + 'al')
print(run("6 * 7"))
