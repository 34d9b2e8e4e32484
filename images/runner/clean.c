/* Empties the sandbox's writable places. */
#include "images/runner/clean.h"

#include "images/runner/fault.h"
#include "images/runner/ipc.h"
#include "images/runner/remove.h"
#include "images/runner/ticks.h"

#include <stdint.h>

#define CLEAN_DEADLINE_US 5000000

const char *const clean_places[] = {CLEAN_WORKSPACE, "/tmp", "/dev/shm", "/dev/mqueue", NULL};

static void empty(const char *path, const uid_t *uids, size_t count, int64_t deadline)
{
        if (remove_contents(path, uids, count, deadline))
                fault_errno("emptying %s", path);
}

static void empty_others(const uid_t *uids, size_t count, int64_t deadline)
{
        for (size_t i = 1; clean_places[i]; i++)
                empty(clean_places[i], uids, count, deadline);
        if (ipc_remove_all(deadline))
                fault_errno("removing System V IPC");
}

void clean_after_step(const uid_t *uids, size_t count)
{
        int64_t deadline = ticks_us() + CLEAN_DEADLINE_US;
        if (count)
                empty(CLEAN_WORKSPACE, uids, count, deadline);
        empty_others(NULL, 0, deadline);
}

void clean_beside_suite(const uid_t *uids, size_t count)
{
        empty_others(uids, count, ticks_us() + CLEAN_DEADLINE_US);
}

void clean_everything(void)
{
        int64_t deadline = ticks_us() + CLEAN_DEADLINE_US;
        empty(CLEAN_WORKSPACE, NULL, 0, deadline);
        empty_others(NULL, 0, deadline);
}
