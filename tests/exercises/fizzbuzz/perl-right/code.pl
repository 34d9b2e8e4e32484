use strict;
use warnings;

my $n = <STDIN>;
for my $i (1 .. $n) {
    my $word = ($i % 3 ? '' : 'Fizz') . ($i % 5 ? '' : 'Buzz');
    print $word || $i, "\n";
}
