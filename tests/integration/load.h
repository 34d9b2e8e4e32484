/* Clients that keep asking while a test breaks things: each answer must carry its own random token. */
#ifndef SANDPOOL_TEST_LOAD_H
#define SANDPOOL_TEST_LOAD_H

#include "fcgi/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define LOAD_CLIENTS_MAX 64

/* What may befall a request besides its result and a 503, if it was under way while something was broken. */
enum {
        LOAD_MAY_FAIL = 1, /* 500: what ran it was taken away */
        LOAD_MAY_END = 2,  /* no answer: nginx was taken away */
};

/* How the requests so far were answered. */
struct load_counts {
        unsigned sent, served, refused, failed, ended;
};

/* Zero-initialised; a load belongs to the process that started it. */
struct load {
        struct load_shared *shared;
        size_t count;
        pid_t pids[LOAD_CLIENTS_MAX];
};

/* Programs that a client picks from at random; each %s stands for the token, which must be all that stdout
 * has, and all that stderr has. */
extern const char *const load_quick[]; /* python: at once; NULL at its end */

/* A program that runs for so long that what is done to the service surely comes before its end; python, 25 s.
 */
extern const char *const load_held;

/* Start so many clients, one process each, that ask one request after the other. 0/-1. */
int load_start(struct load *load, int port, size_t clients, const char *const *programs, struct error *err);

/* The same, and the first request of each client is for the program first. */
int load_start_with(struct load *load, int port, size_t clients, const char *first,
        const char *const *programs, struct error *err);

struct load_counts load_counts(const struct load *load);

/* Wait until so many more are served than there were. Returns whether that came to be. */
bool load_served(const struct load *load, unsigned more, int timeout_ms);

/* The same for those that are sent away with a 503. */
bool load_refused(const struct load *load, unsigned more, int timeout_ms);

/* From now on something is broken (without this: from the start), until it is whole again (without this: to
 * the end). What may befall requests may befall those that are under way at any moment between the two, and
 * no others. */
void load_broken(struct load *load);
void load_whole(struct load *load);

/* No new requests; wait for the answers of those under way. 0, or -1 with err when one of all answers was not
 * its own, had a token of another's anywhere, was not of the contract's shape, or of a status that may not
 * be, or not then. counts may be NULL. */
int load_end(struct load *load, int may, struct load_counts *counts, struct error *err);

/* For a teardown: the clients of a test that failed. */
void load_kill(struct load *load);

#endif
