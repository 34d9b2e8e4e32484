use strict;
use warnings;

my $x = 1;
for (1 .. 8000000) {
    $x = ($x * 1103515245 + 12345) & 0x7FFFFFFF;
}
print "$x\n";
