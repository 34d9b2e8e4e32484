# rule: ruby-eval
puts eval("6 * 7")
