my $text = "a/b";
my @parts = split /\//, $text;
(my $copy = $text) =~ tr/a-z/A-Z/;
$text =~ s{`}{system("x")}g;
my $half = @parts / 2 / 1;
my $y = $half // 1;
print "yes" if $text =~ m!eval "! || $copy =~ /`ls`/;
