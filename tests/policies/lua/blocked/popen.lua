-- rule: lua-process
local pipe = io.popen "ls"
print(pipe:read("a"))
