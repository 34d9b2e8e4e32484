/* What clients.c and clients_resize.c work on. Nobody else includes this. */
#ifndef SANDPOOL_CLIENTS_STATE_H
#define SANDPOOL_CLIENTS_STATE_H

#include "fcgi/sandbox/clients.h"
#include "fcgi/sandbox/message.h"

#include <stdbool.h>
#include <sys/types.h>

struct client {
        int fd;
        pid_t pid;
        struct pool_wait wait;
        bool waiting;
        int64_t asked_us;
        uint32_t hold_ms;
        char request_id[ID_SIZE];
        struct sandbox *sandbox; /* leased; NULL also when it was taken away */
        uint64_t number;         /* of its lease, 0: none */
        uint64_t resizing;       /* the lease whose resize is under way; 0: none, or of one that is over */
        int64_t held_until_ms;
        int64_t death_until_ms; /* an answer to DEATH is due by then; 0: none */
        bool death_known, oom;  /* what is known of a sandbox that was taken away */
};

struct clients {
        const struct broker_options *options;
        struct engine *engine;
        struct pool *pool;
        struct docker *docker;
        uint64_t leases; /* granted so far */
        struct client *list[CLIENTS_MAX];
        size_t polled[CLIENTS_MAX]; /* the clients whose descriptors clients_polls named, in order */
};

/* To a worker, with a descriptor (-1: none). */
void clients_send(struct client *client, const struct message *message, int fd);

/* MESSAGE_DONE about a lease. */
void clients_done(struct client *client, uint64_t number, uint32_t value);

/* The memory that a lease of the language gets when its worker asks for so much. */
uint32_t clients_clamp_memory(
        const struct clients *clients, const struct language *language, uint32_t memory_mib);

/* A worker asks for another memory limit of the sandbox that it leases. */
void clients_resize(struct clients *clients, struct client *client, const struct message *ask);

#endif
