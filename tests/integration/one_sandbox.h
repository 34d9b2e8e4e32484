/* A service whose pool has room for one sandbox, and keeps none warm: what is there was asked for. */
#ifndef SANDPOOL_TEST_ONE_SANDBOX_H
#define SANDPOOL_TEST_ONE_SANDBOX_H

/* The series of /metrics that counts sandboxes of python in a state. */
#define ONE_SANDBOX(state) "sandpool_sandboxes{language=\"python\",state=\"" state "\"}"

/* Start it; a group setup. Requests may wait for 50 seconds. */
int one_sandbox_start(void **state);

/* Wait until nobody waits and the one sandbox is python's and idle. */
void one_sandbox_rest(void);

/* Lease it to a request that runs until its client leaves: held.h's connection of that. */
int one_sandbox_lease(void);

#endif
