/* Reads how much memory the processes have, and judges growth. */
#include "tests/soak/memory.h"

#include "tests/integration/processes.h"

#include <stdio.h>
#include <string.h>

/* What a process of that kind may hold more after hours than after its first seconds: pages of code that were
 * not touched before, the heap's scraps, and in those that load a configuration what a reload needs. A leak
 * goes beyond any of these, given time. */
static const struct {
        const char *name, *title;
        long growth_kib;
} kinds[MEMORY_KINDS] = {
        [MEMORY_SUPERVISOR] = {"supervisor", "sandpool", 4096},
        [MEMORY_BROKER] = {"broker", "sp-broker", 4096},
        [MEMORY_CONTROL] = {"control", "sp-control", 512},
        [MEMORY_WORKER] = {"worker", "sp-worker", 1024},
};

void memory_look(struct memory *memory, const struct service *service)
{
        struct process list[PROCESSES_MAX];
        size_t count = processes_list(service->session, 0, list);
        memset(memory->last, 0, sizeof memory->last);
        for (size_t i = 0; i < count; i++)
                for (int kind = 0; kind < MEMORY_KINDS; kind++) {
                        if (strncmp(list[i].name, kinds[kind].title, strlen(kinds[kind].title)))
                                continue;
                        long kib = processes_private_kib(list[i].pid);
                        if (kib > memory->last[kind])
                                memory->last[kind] = kib;
                        if (kib > memory->most[kind])
                                memory->most[kind] = kib;
                }
}

void memory_begin(struct memory *memory)
{
        memcpy(memory->first, memory->last, sizeof memory->first);
}

int memory_print(const struct memory *memory)
{
        int grown = 0;
        printf("private memory, KiB, largest of its kind\n");
        for (int kind = 0; kind < MEMORY_KINDS; kind++) {
                long growth = memory->last[kind] - memory->first[kind];
                bool bad = growth > kinds[kind].growth_kib;
                printf("  %-10s  first %ld, most %ld, last %ld, growth %ld%s\n", kinds[kind].name,
                        memory->first[kind], memory->most[kind], memory->last[kind], growth,
                        bad ? ": too much" : "");
                grown += bad;
        }
        return grown;
}
