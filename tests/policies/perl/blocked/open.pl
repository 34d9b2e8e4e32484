# rule: perl-files
open(my $file, '<', '/etc/passwd') or die;
print <$file>;
