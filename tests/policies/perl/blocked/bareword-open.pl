# rule: perl-files
open FILE, "/etc/passwd" or die;
print <FILE>;
