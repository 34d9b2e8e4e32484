/* What is noted about each request: one line in the log, and what the metrics count. */
#ifndef SANDPOOL_SERVICE_ACCOUNT_H
#define SANDPOOL_SERVICE_ACCOUNT_H

#include "fcgi/service/exchange.h"
#include "fcgi/service/router.h"

/* After the answer was sent. */
void account_request(const struct exchange *x, enum router_socket socket);

#endif
