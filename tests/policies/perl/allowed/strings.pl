print "system('ls')", 'eval "1"', q(exec "ls"), qq{`ls` it's}, "it's\n";
my @words = qw(system exec fork open);
print "@words $words[0]";
