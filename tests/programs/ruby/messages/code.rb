# The libraries that improve messages, and RubyGems, are there though they are loaded late.
length = 1
begin
  lenght
rescue NameError => e
  puts e.detailed_message.lines.values_at(0, -1).map { |line| line.sub(" (NameError)", "") }
end
puts [Gem::Version.new("1.10") > Gem::Version.new("1.9"), length + 1].join(" ")
