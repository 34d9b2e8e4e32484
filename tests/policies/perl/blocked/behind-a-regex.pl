# rule: perl-process
my $text = 'a"b';
$text =~ s/"/'/g; exec('ls');
