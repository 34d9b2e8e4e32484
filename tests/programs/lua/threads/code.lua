-- Lua has no threads: coroutines.
local routines = {}
for i = 0, 7 do
  routines[#routines + 1] = coroutine.create(function()
    coroutine.yield()
    return i
  end)
end
for _, routine in ipairs(routines) do
  coroutine.resume(routine)
end
local sum = 0
for _, routine in ipairs(routines) do
  sum = sum + select(2, coroutine.resume(routine))
end
print(math.tointeger(sum))
