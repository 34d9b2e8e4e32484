print(#string.rep("x", 0x7fffffff))
