# rule: ruby-process
text = <<~END
  nothing here
END
exec "ls"
