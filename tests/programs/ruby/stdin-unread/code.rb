puts "done"
