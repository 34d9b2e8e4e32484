local x = 1
for _ = 1, 40000000 do
  x = (x * 1103515245 + 12345) & 0x7FFFFFFF
end
print(x)
