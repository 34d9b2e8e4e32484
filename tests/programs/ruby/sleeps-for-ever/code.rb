puts "before"
sleep
