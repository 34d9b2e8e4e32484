local written = {}
for _, path in ipairs({ "/workspace/x", "/tmp/x", "/dev/shm/x" }) do
  arg[#arg + 1] = path
end
for _, path in ipairs(arg) do
  local file = io.open(path, "a")
  if file then
    local said = file:write("x")
    if file:close() and said then
      written[#written + 1] = path
    end
  end
end
print("written: " .. table.concat(written, " "))
