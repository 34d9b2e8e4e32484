/* System V shared memory, semaphores and message queues of the sandbox. */
#ifndef RUNNER_IPC_H
#define RUNNER_IPC_H

#include <stdbool.h>
#include <stdint.h>

/* Remove every object, each as its creator. Returns 0, or -1 (errno; ETIME when the deadline, as of ticks_us,
 * is over). */
int ipc_remove_all(int64_t deadline);

/* Whether /proc/sysvipc lists none. A kernel without these lists has none. */
bool ipc_is_empty(void);

#endif
