puts "system('ls')", 'eval("1")', "it's", %q(`ls` system("x")), %w[exec fork spawn]
puts "a #{"system('x')"} b"
