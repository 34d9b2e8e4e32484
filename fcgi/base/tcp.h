/* Listening on a TCP address that the configuration names. */
#ifndef SANDPOOL_TCP_H
#define SANDPOOL_TCP_H

#include "fcgi/base/error.h"

#include <sys/socket.h>

/* A numeric address and a port, IPv4 or IPv6. */
struct tcp_address {
        struct sockaddr_storage address;
        socklen_t size;
};

/* Parse "192.0.2.1:9000" or "[2001:db8::1]:9000". Names are refused, and so are addresses that mean every
 * interface. Returns 0/-1. */
int tcp_address_parse(const char *text, struct tcp_address *address, struct error *err);

/* A listening socket, CLOEXEC, non-blocking, on the address and the port that lies above its own by offset
 * (which must exist). Returns the descriptor or -1. */
int tcp_listen(const struct tcp_address *address, unsigned offset, int backlog, struct error *err);

#endif
