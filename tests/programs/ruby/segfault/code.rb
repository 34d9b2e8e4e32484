require "fiddle"

Fiddle::Pointer.new(0)[0, 1]
