# Listens on port 7007 of the addresses it is given, TCP and UDP, and prints a line for whatever arrives.
# Usage: perl listener.pl IP…
use strict;
use warnings;
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6);
use IO::Handle;

my @sockets;
for my $address (@ARGV) {
    my $six = $address =~ /:/;
    my $packed = inet_pton($six ? AF_INET6 : AF_INET, $address);
    my $here = $six ? pack_sockaddr_in6(7007, $packed) : pack_sockaddr_in(7007, $packed);
    for my $kind (SOCK_STREAM, SOCK_DGRAM) {
        socket(my $socket, $six ? PF_INET6 : PF_INET, $kind, 0) or die "$address: $!";
        bind($socket, $here) or die "$address: $!";
        listen($socket, 64) if $kind == SOCK_STREAM;
        push @sockets, [$socket, $kind == SOCK_STREAM, $address];
    }
}
STDOUT->autoflush(1);
print "ready\n";
while (1) {
    my $bits = '';
    vec($bits, fileno($_->[0]), 1) = 1 for @sockets;
    select($bits, undef, undef, undef);
    for (grep { vec($bits, fileno($_->[0]), 1) } @sockets) {
        my ($socket, $stream, $address) = @$_;
        if ($stream) { accept(my $connection, $socket) } else { recv($socket, my $data, 64, 0) }
        print $stream ? 'TCP' : 'UDP', " $address\n";
    }
}
