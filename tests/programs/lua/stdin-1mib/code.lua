local bytes, lines = 0, 0
for line in io.stdin:lines("L") do
  bytes = bytes + #line
  lines = lines + 1
end
print(bytes .. " bytes, " .. lines .. " lines")
