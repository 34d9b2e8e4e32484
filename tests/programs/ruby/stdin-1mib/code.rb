bytes = lines = 0
STDIN.each_line do |line|
  bytes += line.bytesize
  lines += 1
end
puts "#{bytes} bytes, #{lines} lines"
