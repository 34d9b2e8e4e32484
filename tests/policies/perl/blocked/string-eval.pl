# rule: perl-eval
my $answer = eval "6 * 7";
print $answer;
