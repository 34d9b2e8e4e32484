# RubyGems, and the libraries that improve messages, are there though they are loaded late.
puts Gem::Version.new("1.10") > Gem::Version.new("1.9")
length = 1
lenght
