# rule: perl-process
print <<"END", 1;
nothing
END
system("ls");
