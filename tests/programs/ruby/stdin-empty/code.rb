puts "#{STDIN.read.bytesize} bytes"
