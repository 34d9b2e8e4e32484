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
        int groups;                                  /* control groups inside that of the instance */
        struct buffer files; /* all below its directory but logs, pages and notes of reload and upgrade, a
                                line each, in order; a broker's socket by the same name in each generation */
};

/* Wait until the service does nothing (at most timeout_ms) and take stock. 0/-1 with err saying what it still
 * does. */
int remains_take(const struct service *service, struct remains *remains, int timeout_ms, struct error *err);

/* What there is more than before; all 0: nothing is left. */
struct surplus {
        int containers; /* that Docker has and the service does not know, or the other way round */
        int groups;     /* control groups without a container */
        int processes, descriptors, files;
        char file[128]; /* one of them */
};

/* Take stock again, and again until nothing is left (at most timeout_ms). 0 with the last surplus, -1 when
 * the service does not come to rest. after: the last stock, may be NULL; cleared by the caller. */
int remains_surplus(const struct service *service, const struct remains *before, int timeout_ms,
        struct surplus *surplus, struct remains *after, struct error *err);

/* The same: 0, or -1 with err naming what is left. */
int remains_check(
        const struct service *service, const struct remains *before, int timeout_ms, struct error *err);

void remains_clear(struct remains *remains);

#endif
