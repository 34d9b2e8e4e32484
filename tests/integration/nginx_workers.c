/* Tells nginx to reload and looks at its children. */
#include "tests/integration/nginx_workers.h"

#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"

#include <signal.h>
#include <stdbool.h>

struct generation {
        pid_t master;
        size_t count;
        struct process old[PROCESSES_MAX];
        size_t left, fresh; /* of the old ones; others */
};

static void look(struct generation *generation)
{
        struct process now[PROCESSES_MAX];
        size_t count = processes_list(0, generation->master, now);
        generation->left = 0;
        for (size_t i = 0; i < generation->count; i++)
                for (size_t j = 0; j < count; j++)
                        generation->left += generation->old[i].pid == now[j].pid;
        generation->fresh = count - generation->left;
}

static bool is_there(void *context)
{
        struct generation *generation = context;
        look(generation);
        return generation->fresh >= generation->count;
}

static bool is_alone(void *context)
{
        struct generation *generation = context;
        return is_there(generation) && !generation->left;
}

static int reload(pid_t master, bool (*condition)(void *context), int timeout_ms, struct error *err)
{
        struct generation generation = {.master = master};
        generation.count = processes_list(0, master, generation.old);
        if (!generation.count || kill(master, SIGHUP))
                return error_set(err, "nginx has %zu processes", generation.count);
        if (service_until(condition, &generation, timeout_ms))
                return 0;
        return error_set(err, "nginx has %zu new processes, and %zu of %zu old ones", generation.fresh,
                generation.left, generation.count);
}

int nginx_workers_reload(pid_t master, int timeout_ms, struct error *err)
{
        return reload(master, is_there, timeout_ms, err);
}

int nginx_workers_replace(pid_t master, int timeout_ms, struct error *err)
{
        return reload(master, is_alone, timeout_ms, err);
}
