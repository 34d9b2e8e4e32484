print('x' * int(input()))
