use strict;
use warnings;

my @written;
for my $path (@ARGV, '/workspace/x', '/tmp/x', '/dev/shm/x') {
    open my $file, '>>', $path or next;
    print $file 'x';
    push @written, $path if close $file;
}
print "written: @written\n";
