assert(tonumber(os.date("%Y")) >= 2025)
assert(os.time() > 1700000000)
local before = os.clock()
while os.clock() == before do end
for _ = 1, 1000 do
  local n = math.random(1, 6)
  assert(n >= 1 and n <= 6)
end
assert(math.random(0) ~= math.random(0))
print("time and random")
