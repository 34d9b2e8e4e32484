my $kept = "x" x (1 << 40);
print length $kept;
