-- rule: lua-load
print(load("return 6 * 7")())
