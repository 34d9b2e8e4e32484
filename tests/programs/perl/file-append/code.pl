use strict;
use warnings;

open my $file, '>', 'notes.txt' or die $!;
print $file "first Ä\n";
close $file;
open $file, '>>', 'notes.txt' or die $!;
print $file "second\n";
close $file;
open $file, '<', 'notes.txt' or die $!;
print while <$file>;
