/* How many sockets the sandbox's network namespace has. */
#ifndef RUNNER_SOCKETS_H
#define RUNNER_SOCKETS_H

#include <stdint.h>

/* *used is every socket, of any family and in any state, until the kernel has freed it: also connections that
 * nobody accepted, and those without a process. *time_wait are those in TIME_WAIT, which are none any more.
 * Returns 0, or -1 where it is not counted (gVisor). */
int sockets_count(uint64_t *used, uint64_t *time_wait);

#endif
