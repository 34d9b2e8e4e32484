print 1;

=head1 NAME

system("ls") and `ls`

=cut

print 2; # exec "ls"
__END__
system("ls");
