x = 1
12000000.times { x = (x * 1103515245 + 12345) & 0x7FFFFFFF }
puts x
