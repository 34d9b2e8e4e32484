my ($bytes, $lines) = (0, 0);
while (my $line = <STDIN>) {
    $bytes += length $line;
    $lines++;
}
print "$bytes bytes, $lines lines\n";
