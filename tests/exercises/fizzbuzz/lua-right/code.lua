local n = io.read("n")
for i = 1, n do
  local word = (i % 3 == 0 and "Fizz" or "") .. (i % 5 == 0 and "Buzz" or "")
  print(word ~= "" and word or i)
end
