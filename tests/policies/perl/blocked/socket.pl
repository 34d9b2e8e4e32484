# rule: perl-network
use IO::Socket::INET;
IO::Socket::INET->new('example.org:80');
