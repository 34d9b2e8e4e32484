written = (ARGV + ["/workspace/x", "/tmp/x", "/dev/shm/x"]).select do |path|
  File.open(path, "a") { |file| file.write("x") }
rescue SystemCallError
  false
end
puts "written: #{written.join(" ")}"
