# rule: ruby-process
puts `ls -l`
