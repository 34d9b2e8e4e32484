# rule: ruby-process
system("ls")
