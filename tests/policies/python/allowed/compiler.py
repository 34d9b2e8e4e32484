compiler = {"gcc": 14, "clang": 19}
compiled = [name for name in compiler if compiler[name] > 10]
precompile = len
print(compiled, precompile(compiled))
