local json = require("cjson")

local data = json.decode('{"name": "Zoë", "numbers": [1, 2, 3], "nothing": null}')
assert(data.nothing == json.null)
local sum = 0
for _, number in ipairs(data.numbers) do
  sum = sum + number
end
print(string.format('{"sum": %d, "name": %s}', sum, json.encode(data.name)))
print((string.gsub("zoë@example.org", "([^@]+)@(%w+)%.org", "%2 has %1")))
