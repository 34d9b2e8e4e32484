local file = assert(io.open("notes.txt", "w"))
file:write("first Ä\n")
file:close()
file = assert(io.open("notes.txt", "a"))
file:write("second\n")
file:close()
for line in io.lines("notes.txt") do
  print(line)
end
