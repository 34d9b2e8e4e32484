# rule: ruby-process
name = "x"
puts "it is #{`whoami`} and #{name}"
