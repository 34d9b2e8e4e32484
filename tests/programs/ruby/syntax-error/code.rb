puts "not reached"

if true puts "x"
