/* Clients of a soak: processes that ask for one random program after the other. */
#ifndef SANDPOOL_SOAK_CLIENTS_H
#define SANDPOOL_SOAK_CLIENTS_H

#include "tests/soak/ledger.h"
#include "tests/soak/programs.h"

#include <stdbool.h>
#include <sys/types.h>

#define CLIENTS_MAX 64

struct clients {
        int port;
        const struct programs *programs;
        struct ledger *ledger;
        unsigned seed;
        bool undisturbed; /* nothing is broken: a 500 is a wrong answer */
        size_t count;
        pid_t pids[CLIENTS_MAX];
        int stop[2]; /* a pipe whose end tells them to finish */
};

/* Start count of them. 0/-1. */
int clients_start(struct clients *clients, size_t count, struct error *err);

/* Let each finish its request, if any were started; those that do not are killed. 0/-1. */
int clients_end(struct clients *clients, struct error *err);

#endif
