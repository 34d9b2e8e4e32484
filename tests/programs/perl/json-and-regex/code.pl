use strict;
use warnings;
use utf8;
use JSON::PP;
binmode STDOUT, ':encoding(UTF-8)';

my $data = JSON::PP->new->decode('{"name": "Zoë", "numbers": [1, 2, 3], "nothing": null}');
my $sum = 0;
$sum += $_ for @{$data->{numbers}};
my $name = JSON::PP->new->allow_nonref->encode($data->{name});
print qq({"sum": $sum, "name": $name}\n);
(my $mail = 'zoë@example.org') =~ s/(\w+)@(\w+)\.org/$2 has $1/;
print "$mail\n";
