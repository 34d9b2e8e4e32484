/* Monotonic time inside the runner, in microseconds. */
#ifndef RUNNER_TICKS_H
#define RUNNER_TICKS_H

#include <stdint.h>

#define TICKS_NEVER INT64_MAX

int64_t ticks_us(void);

/* Wait until SIGCHLD is pending (it must be blocked; it is taken) or us microseconds have passed. */
void ticks_wait_child(int64_t us);

#endif
