puts "before"
raise ArgumentError, "the reason 42"
