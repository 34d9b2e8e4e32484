use strict;
use warnings;
use Time::HiRes qw(time sleep);

die "the clock" if (localtime)[5] + 1900 < 2025;
my $before = time;
sleep 0.01;
die "it did not sleep" if time - $before < 0.009;
for (1 .. 1000) {
    my $n = 1 + int rand 6;
    die "out of range" if $n < 1 || $n > 6;
}
die "the same" if rand() == rand();
print "time and random\n";
