# rule: perl-process
my $x = 1;
system 'ls', '-l';
