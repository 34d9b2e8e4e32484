(1..gets.to_i).each do |i|
  word = (i % 3 == 0 ? "Fizz" : "") + (i % 5 == 0 ? "Buzz" : "")
  puts word.empty? ? i : word
end
