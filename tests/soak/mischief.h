/* What is done to a service in a soak: one thing after the other, by chance. */
#ifndef SANDPOOL_SOAK_MISCHIEF_H
#define SANDPOOL_SOAK_MISCHIEF_H

#include "tests/integration/docker_proxy.h"
#include "tests/integration/service.h"
#include "tests/soak/ledger.h"

#include <stdint.h>

struct mischief {
        struct service *service;
        struct docker_proxy *proxy;
        struct ledger *ledger;
        unsigned seed;
        char *python; /* languages/python.yaml as it was; freed by mischief_end */
        int64_t fault_until_ms;
        pid_t stopped; /* a worker; 0: none */
        int64_t stopped_until_ms;
};

/* Has it reload once, which leaves a note of its outcome in the run directory. 0/-1. */
int mischief_begin(struct mischief *mischief, struct error *err);

/* Do one thing; what it does lasts some seconds at most. -1 with err: what was killed did not come back. */
int mischief_do(struct mischief *mischief, struct error *err);

/* End what is over by now. */
void mischief_settle(struct mischief *mischief);

/* Put everything right, and have the configuration as it was. 0/-1. */
int mischief_end(struct mischief *mischief, struct error *err);

#endif
