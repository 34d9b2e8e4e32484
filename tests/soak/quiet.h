/* The last part of a soak: nothing is broken any more, and the same processes serve all the time, so that
 * what they gather from request to request shows. */
#ifndef SANDPOOL_SOAK_QUIET_H
#define SANDPOOL_SOAK_QUIET_H

#include "tests/integration/remains.h"
#include "tests/soak/clients.h"
#include "tests/soak/memory.h"

/* Zero-initialise. */
struct quiet {
        unsigned served;
        struct surplus left;
        struct memory_census before, after;
};

/* Ask for so many seconds, and until enough is served, with the clients given, of which none runs yet. From
 * here on an answer 500 is wrong. 0/-1. */
int quiet_run(struct quiet *quiet, const struct service *service, struct clients *clients, size_t count,
        unsigned seconds, struct error *err);

/* Returns how much of it is bad. */
int quiet_print(const struct quiet *quiet);

#endif
