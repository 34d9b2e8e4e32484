/* Private memory of a service's processes, by what they are. */
#ifndef SANDPOOL_SOAK_MEMORY_H
#define SANDPOOL_SOAK_MEMORY_H

#include "tests/integration/service.h"

enum { MEMORY_SUPERVISOR, MEMORY_BROKER, MEMORY_CONTROL, MEMORY_WORKER, MEMORY_KINDS };

/* KiB, each of the largest process of its kind. Zero-initialise. */
struct memory {
        long first[MEMORY_KINDS], last[MEMORY_KINDS], most[MEMORY_KINDS];
};

/* Look at all processes now. */
void memory_look(struct memory *memory, const struct service *service);

/* What was seen last is what growth is counted from. */
void memory_begin(struct memory *memory);

/* A line for each kind. Returns how many have grown by more than they may. */
int memory_print(const struct memory *memory);

#define MEMORY_PROCESSES_MAX 64

/* What each process holds, so that the same one can be compared with itself. */
struct memory_census {
        size_t count;
        struct {
                pid_t pid;
                int kind;
                long kib;
        } of[MEMORY_PROCESSES_MAX];
};

void memory_count(struct memory_census *census, const struct service *service);

/* A line for each kind: how many are in both, and by how much they have grown in the mean while so many
 * requests were served. Returns for how many kinds that is more than it may be, or nothing is known. */
int memory_print_growth(
        const struct memory_census *before, const struct memory_census *after, unsigned requests);

#endif
