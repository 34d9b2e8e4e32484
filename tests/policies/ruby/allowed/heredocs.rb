text = <<~ONE + <<-'TWO'
  system "ls"
  require 'socket' `x`
ONE
  eval("1") #{not code}
  TWO
puts text
