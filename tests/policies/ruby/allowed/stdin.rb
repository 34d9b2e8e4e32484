require 'json'
require 'set'
numbers = gets.to_s.split.map(&:to_i)
puts numbers.sum, JSON.generate(numbers), File.basename("a/b"), Process.clock_gettime(Process::CLOCK_MONOTONIC) > 0
$stdout.puts ARGV.length
exit 0
