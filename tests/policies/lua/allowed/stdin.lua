local n = io.read("n")
for line in io.stdin:lines() do io.write(line, "\n") end
print(n, os.time() > 0, os.clock() >= 0, os.date("%Y") ~= nil, os.getenv("HOME"))
os.exit(0)
