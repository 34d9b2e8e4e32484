use strict;
use warnings;
use threads;

my @threads = map { my $i = $_; threads->create(sub { $i }) } 0 .. 7;
my $sum = 0;
$sum += $_->join for @threads;
print "$sum\n";
