# rule: ruby-files
puts File.read("/etc/passwd")
