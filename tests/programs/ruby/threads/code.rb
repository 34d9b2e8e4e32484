results = Queue.new
threads = 8.times.map { |i| Thread.new { results << i } }
threads.each(&:join)
puts 8.times.sum { results.pop }
