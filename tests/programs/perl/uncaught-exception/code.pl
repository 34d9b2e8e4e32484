use strict;
use warnings;

print "before\n";
die "the reason 42";
