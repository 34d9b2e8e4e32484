/* Which endpoint answers which path on which socket. */
#ifndef SANDPOOL_SERVICE_ROUTER_H
#define SANDPOOL_SERVICE_ROUTER_H

#include "fcgi/service/exchange.h"

enum router_socket { ROUTER_MAIN, ROUTER_CONTROL };

struct route {
        const char *path;    /* with / at its end: whatever has one more part */
        const char *methods; /* as the Allow header lists them */
        void (*endpoint)(struct exchange *x);
        enum router_socket socket;
};

/* The route of a path on this socket, or NULL. */
const struct route *router_find(enum router_socket socket, const char *path);

/* Whether the route answers the method. */
bool router_allows(const struct route *route, const char *method);

/* Answer x by the table: 404 not_found, 405 method_not_allowed, or what the endpoint says. */
void router_answer(enum router_socket socket, struct exchange *x);

#endif
