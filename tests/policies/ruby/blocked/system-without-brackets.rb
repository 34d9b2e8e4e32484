# rule: ruby-process
puts "before"
system "ls", "-l"
