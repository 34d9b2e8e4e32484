/* What a service leaves behind while it runs: compared before and after something was done to it. */
#ifndef SANDPOOL_TEST_REMAINS_H
#define SANDPOOL_TEST_REMAINS_H

#include "fcgi/base/buffer.h"
#include "tests/integration/service.h"

/* Of a service that does nothing. Zero-initialise. */
struct remains {
        int sandboxes, containers;                   /* by its own count, by Docker's list */
        int processes;                               /* with the supervisor */
        int supervisor_fds, control_fds, worker_fds; /* of the worker that has most */
        int broker_fds;                              /* but for its lines to workers and sandboxes */
        struct buffer files; /* all below its directory but logs and pages, a line each, in order */
};

/* Wait until the service does nothing (at most timeout_ms) and take stock. 0/-1 with err saying what it still
 * does. */
int remains_take(const struct service *service, struct remains *remains, int timeout_ms, struct error *err);

/* Take stock again, and again until nothing is more than it was: containers that nobody keeps, processes,
 * descriptors, files. 0, or -1 with err naming what is left after timeout_ms. */
int remains_check(
        const struct service *service, const struct remains *before, int timeout_ms, struct error *err);

void remains_clear(struct remains *remains);

#endif
