print(input() + 'x', 424242 * 1000001)
