require "securerandom"

raise "the clock" unless Time.now.year >= 2025
before = Process.clock_gettime(Process::CLOCK_MONOTONIC)
sleep 0.01
raise "it did not sleep" unless Process.clock_gettime(Process::CLOCK_MONOTONIC) - before >= 0.01
raise "out of range" unless 1000.times.all? { rand(1..6).between?(1, 6) }
raise "the same" if SecureRandom.hex(16) == SecureRandom.hex(16)
puts "time and random"
