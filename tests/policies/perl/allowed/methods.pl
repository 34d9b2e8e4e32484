package Door;
sub new { bless {open => 0, exec => 1}, shift }
sub open { my $self = shift; $self->{open} = 1; $self }
sub system { 42 }
package main;
my $door = Door->new->open;
print $door->{open}, $door->system, $door->{exec}, %$door{open};
