File.write("notes.txt", "first Ä\n")
File.open("notes.txt", "a") { |file| file.puts "second" }
print File.read("notes.txt")
