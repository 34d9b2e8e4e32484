/* TCP addresses and sockets that listen on them. */
#include "fcgi/base/tcp.h"

#include "fcgi/base/io.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The port behind the last colon, 0 when it is none. */
static in_port_t port_of(const char *digits)
{
        size_t length = strlen(digits);
        if (!length || length > 5 || strspn(digits, "0123456789") != length)
                return 0;
        long port = strtol(digits, NULL, 10);
        return port <= 65535 ? (in_port_t)port : 0;
}

static bool is_any(const struct in6_addr *address)
{
        static const unsigned char nothing[4];
        return IN6_IS_ADDR_UNSPECIFIED(address) ||
               (IN6_IS_ADDR_V4MAPPED(address) && !memcmp(address->s6_addr + 12, nothing, sizeof(nothing)));
}

static bool parse_host(const char *host, in_port_t port, struct tcp_address *address)
{
        struct sockaddr_in *four = (struct sockaddr_in *)&address->address;
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)&address->address;
        memset(address, 0, sizeof(*address));
        if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
                four->sin_family = AF_INET;
                four->sin_port = htons(port);
                address->size = sizeof(*four);
                return four->sin_addr.s_addr != htonl(INADDR_ANY);
        }
        if (inet_pton(AF_INET6, host, &six->sin6_addr) == 1) {
                six->sin6_family = AF_INET6;
                six->sin6_port = htons(port);
                address->size = sizeof(*six);
                return !is_any(&six->sin6_addr);
        }
        return false;
}

int tcp_address_parse(const char *text, struct tcp_address *address, struct error *err)
{
        char host[INET6_ADDRSTRLEN + 1] = "";
        const char *colon = strrchr(text, ':');
        size_t length = colon ? (size_t)(colon - text) : 0;
        bool brackets = length > 2 && text[0] == '[' && colon[-1] == ']';
        in_port_t port = colon ? port_of(colon + 1) : 0;
        if (brackets)
                length -= 2;
        if (length < sizeof(host))
                snprintf(host, sizeof(host), "%.*s", (int)length, text + brackets);
        /* An IPv6 address without brackets could be cut anywhere. */
        if (!port || !*host || (strchr(host, ':') && !brackets) || !parse_host(host, port, address))
                return error_set(err,
                        "'%s' is not one address of this host with a port, such as 10.0.0.1:9000 or "
                        "[fd00::1]:9000",
                        text);
        return 0;
}

int tcp_listen(const struct tcp_address *address, unsigned offset, int backlog, struct error *err)
{
        struct sockaddr_storage at = address->address;
        in_port_t *port = at.ss_family == AF_INET ? &((struct sockaddr_in *)&at)->sin_port
                                                  : &((struct sockaddr_in6 *)&at)->sin6_port;
        const int on = 1;
        unsigned wanted = ntohs(*port) + offset;
        int fd = -1, result = -1;
        if (wanted > 65535) {
                error_set(err, "there is no port %u", wanted);
                goto out;
        }
        *port = htons((in_port_t)wanted);
        fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        /* A service that is started again does not wait for its old connections' ghosts. */
        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
                bind(fd, (struct sockaddr *)&at, address->size) || listen(fd, backlog)) {
                error_errno(err, "listen on TCP port %u", wanted);
                goto out;
        }
        result = fd;
        fd = -1;
out:
        io_close(&fd);
        return result;
}
