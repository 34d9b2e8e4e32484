use strict;
use warnings;
use IO::Socket::INET;

my $reached = grep { IO::Socket::INET->new(PeerAddr => $_, Timeout => 0.2) } @ARGV;
my $names = grep { defined } scalar gethostbyname('debian.org');
printf "%d tried, %d reached, %d names\n", scalar @ARGV, $reached, $names;
