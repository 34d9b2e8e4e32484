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

#endif
