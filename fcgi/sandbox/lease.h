/* A worker's temporary hold of one sandbox, asked of the broker over its SEQPACKET socket.
 *
 * The messages are fixed structs between processes of the same binary. One worker holds one lease at a time.
 * When the worker's connection closes, the broker takes its sandbox away and removes it. */
#ifndef SANDPOOL_LEASE_H
#define SANDPOOL_LEASE_H

#include "fcgi/base/error.h"
#include "fcgi/base/id.h"
#include "fcgi/model/language.h"

#include <stdbool.h>
#include <stdint.h>

enum lease_answer {
        LEASE_GRANTED,
        LEASE_BUSY,        /* no sandbox within queue_timeout, or the waiting room is full */
        LEASE_NO_IMAGE,    /* the language's image does not exist, or its sample failed */
        LEASE_UNAVAILABLE, /* Docker is down, or sandboxes of this language cannot be made now */
        LEASE_SHUTTING_DOWN,
        LEASE_CANCELLED, /* the cancel descriptor said so: the client left */
};

struct lease {
        int fd;           /* the sandbox's attached stream; owned by the lease, closed by lease_release */
        uint64_t number;  /* of this lease */
        char sandbox[13]; /* short container id, for the log */
        uint32_t wait_us; /* time from asking to granting */
};

/* A connection to the broker; reconnects by itself when the broker was restarted. queue_timeout_ms: how long
 * the broker may let a lease wait. NULL when memory is out. */
struct broker_link;
struct broker_link *broker_link_new(const char *socket_path, uint32_t queue_timeout_ms);
void broker_link_free(struct broker_link *link);

/* Ask for a sandbox. memory_mib: for the first step. hold_ms: for how long at most the sandbox is needed;
 * past it the broker removes it. cancel_fd (-1: none): giving POLLRDHUP or POLLHUP ends the wait. Returns an
 * enum lease_answer, or -1 with err when the broker cannot be reached or answers nonsense (treat as
 * LEASE_UNAVAILABLE). */
int lease_acquire(struct broker_link *link, const struct language *language, uint32_t memory_mib,
        uint32_t hold_ms, const char *request_id, int cancel_fd, struct lease *lease, struct error *err);

/* Change the sandbox's memory limit between two steps. 0; 1 when what the sandbox already holds (files of the
 * step before) does not fit; -1 with err. */
int lease_resize(struct broker_link *link, struct lease *lease, uint32_t memory_mib, struct error *err);

/* After the stream ended unexpectedly: whether the sandbox was killed for memory (waits shortly for Docker's
 * word). 1 yes, 0 no, -1 err. The lease is still to be released. */
int lease_died_of_memory(struct broker_link *link, struct lease *lease, struct error *err);

/* Give it back. clean false: remove it (its stream is broken, or it did not keep a deadline). Closes the
 * descriptor. Never fails: when the broker is gone, it sweeps. */
void lease_release(struct broker_link *link, struct lease *lease, bool clean);

/* What the broker knows, for health and languages. */
struct broker_status {
        bool docker_ok;
        bool draining;
        char docker_version[32];
        char api_version[16];
        uint32_t docker_us;     /* how long the last answered call of the Engine took */
        uint32_t docker_age_ms; /* and for how long it has been answered */
        uint32_t sandboxes;     /* in all */
        uint32_t ready_ms;      /* how long the newest sandbox took until it could be leased; 0: none yet */
        uint32_t waiting;       /* leases queued */
        uint32_t language_count;
        struct broker_language {
                char id[LANGUAGE_ID_SIZE];
                bool image;                      /* exists */
                bool sample_ok;                  /* its sample ran as expected */
                uint32_t idle, leased, starting; /* starting: on its way to be idle */
                uint32_t removing;
                uint32_t proof_ms; /* how long its sample and the proof of its limits took; 0: not yet */
                char problem[160]; /* why it cannot serve, "" when it can */
        } languages[LANGUAGES_MAX];
};
int broker_status_get(
        struct broker_link *link, struct broker_status *status, int timeout_ms, struct error *err);

#endif
