# rule: perl-process
my $listing = `ls -l`;
print $listing;
