puts "a/b".split(/\//).length, "x" =~ /`|system\("/, 8 / 2 / 2
total = 10
count = 4
puts total / count, (total) / 2
puts %r{eval\("}.match?("x")
