local t = {1, 2, 3}
table.insert(t, #t + 1)
local payload = { load = 1, open = "io.open(" }
print(#t, payload.load, payload.open, t[1] // 1, 7 // 2, string.format("%5.2f", 1.5))
