local a, b = 8, 2
print(a / b, a // b, "--[[ not a comment", '[[', a --[[ inner ]] - b)
