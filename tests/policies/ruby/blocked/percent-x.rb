# rule: ruby-process
listing = %x(ls -l)
puts listing
