/* Finds the children of the containers' first processes; a program waits when it has SIGUSR2 caught (node has
 * SIGUSR1 caught by itself). */
#include "tests/integration/guests.h"

#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static bool waits(const struct process *process)
{
        char caught[64];
        return !processes_status(process->pid, "SigCgt", caught, sizeof caught) &&
               strtoull(caught, NULL, 16) >> (SIGUSR2 - 1) & 1;
}

/* How many there are, or how many that wait, which then get the signal (0: none). */
static int look(const struct service *service, bool only_waiting, int signal)
{
        char ids[SERVICE_CONTAINERS_MAX][65];
        static struct process list[PROCESSES_MAX];
        int sum = 0, count = service_containers(service, ids, NULL);
        for (int i = 0; i < count; i++) {
                char *pid = spawn_text(NULL, "docker", "inspect", "-f", "{{.State.Pid}}", ids[i], NULL);
                size_t children = pid && atoi(pid) > 0 ? processes_list(0, atoi(pid), list) : 0;
                free(pid);
                for (size_t j = 0; j < children; j++) {
                        if (only_waiting && !waits(&list[j]))
                                continue;
                        sum++;
                        if (signal)
                                kill(list[j].pid, signal);
                }
        }
        return sum;
}

int guests_count(const struct service *service)
{
        return look(service, false, 0);
}

int guests_waiting(const struct service *service)
{
        return look(service, true, 0);
}

int guests_release(const struct service *service)
{
        return look(service, true, SIGUSR2);
}
