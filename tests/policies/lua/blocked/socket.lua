-- rule: lua-network
local http = require("socket")
print(http)
