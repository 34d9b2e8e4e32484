# rule: perl-process
print qx{ls -l};
