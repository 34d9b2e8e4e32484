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
        long steady_kib; /* the same for one that was at work before already, in the mean of its kind */
} kinds[MEMORY_KINDS] = {
        [MEMORY_SUPERVISOR] = {"supervisor", "sandpool", 4096, 64},
        [MEMORY_BROKER] = {"broker", "sp-broker", 4096, 256},
        [MEMORY_CONTROL] = {"control", "sp-control", 512, 64},
        [MEMORY_WORKER] = {"worker", "sp-worker", 1024, 64},
};

/* MEMORY_KINDS: of none. */
static int kind_of(const struct process *process)
{
        int kind = 0;
        while (kind < MEMORY_KINDS && strncmp(process->name, kinds[kind].title, strlen(kinds[kind].title)))
                kind++;
        return kind;
}

void memory_look(struct memory *memory, const struct service *service)
{
        struct process list[PROCESSES_MAX];
        size_t count = processes_list(service->session, 0, list);
        memset(memory->last, 0, sizeof memory->last);
        for (size_t i = 0; i < count; i++) {
                int kind = kind_of(&list[i]);
                if (kind == MEMORY_KINDS)
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

void memory_count(struct memory_census *census, const struct service *service)
{
        struct process list[PROCESSES_MAX];
        size_t count = processes_list(service->session, 0, list);
        census->count = 0;
        for (size_t i = 0; i < count && census->count < MEMORY_PROCESSES_MAX; i++) {
                int kind = kind_of(&list[i]);
                long kib = kind == MEMORY_KINDS ? -1 : processes_private_kib(list[i].pid);
                if (kib < 0)
                        continue;
                census->of[census->count].pid = list[i].pid;
                census->of[census->count].kind = kind;
                census->of[census->count++].kib = kib;
        }
}

/* KiB by which those of a kind that are in both have grown, all together; how many they are. */
static long growth_of(
        const struct memory_census *before, const struct memory_census *after, int kind, long *processes)
{
        long growth = 0;
        *processes = 0;
        for (size_t i = 0; i < before->count; i++)
                for (size_t j = 0; before->of[i].kind == kind && j < after->count; j++)
                        if (before->of[i].pid == after->of[j].pid) {
                                growth += after->of[j].kib - before->of[i].kib;
                                ++*processes;
                        }
        return growth;
}

int memory_print_growth(
        const struct memory_census *before, const struct memory_census *after, unsigned requests)
{
        int grown = 0;
        printf("growth of the same processes over %u requests, KiB\n", requests);
        for (int kind = 0; kind < MEMORY_KINDS; kind++) {
                long processes, growth = growth_of(before, after, kind, &processes);
                bool bad = !processes || growth > processes * kinds[kind].steady_kib;
                printf("  %-10s  %ld of them, all together %ld%s\n", kinds[kind].name, processes, growth,
                        !processes ? ": none lived so long"
                        : bad      ? ": too much"
                                   : "");
                grown += bad;
        }
        return grown;
}
