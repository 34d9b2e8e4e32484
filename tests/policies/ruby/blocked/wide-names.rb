# rule: ruby-process
x = 4; and　 = 2; y = and　 / system("id").to_i / 2
puts x, y
