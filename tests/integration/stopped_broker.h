/* A broker that stands still for as long as a test likes. */
#ifndef SANDPOOL_TEST_STOPPED_BROKER_H
#define SANDPOOL_TEST_STOPPED_BROKER_H

#include "tests/integration/service.h"

#include <sys/types.h>

/* Stop it, and the supervisor before it, who would end a broker that hangs. Its pid, or -1. */
pid_t stopped_broker_begin(const struct service *service);

/* Let both go on. 0/-1. */
int stopped_broker_end(const struct service *service, pid_t broker);

#endif
