-- rule: lua-files
local file = io.open("/etc/passwd")
print(file:read("l"))
