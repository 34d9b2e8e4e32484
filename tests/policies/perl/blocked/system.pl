# rule: perl-process
system("ls");
