/* What each worker is at and since when, and that the broker's loop goes round, in memory that the supervisor
 * shares: it ends one that hangs. */
#ifndef SANDPOOL_SERVICE_WATCHDOG_H
#define SANDPOOL_SERVICE_WATCHDOG_H

#include "fcgi/base/error.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum watch_phase { WATCH_IDLE, WATCH_READING, WATCH_BUSY, WATCH_WRITING };

/* Phase and time in one word, so that the supervisor never sees one without the other: clock_ms << 2 | phase.
 * Each is alone on its page (64 KiB: the largest pages that Linux has on the usual machines), so that a
 * worker can be left its own and no other: who writes another's can have it killed as one that hangs. */
struct watch {
        _Atomic uint64_t word;
        char rest[(64 << 10) - sizeof(uint64_t)];
};

/* count of them in an anonymous shared mapping, all idle; lives as long as the process. NULL with err. */
struct watch *watchdog_new(size_t count, struct error *err);

/* In a process that was forked: give up all of these but its own (NULL: all), for good. 0/-1. */
int watchdog_keep(struct watch *watches, size_t count, const struct watch *own, struct error *err);

/* The worker enters a phase now; the broker begins another turn of its loop, which is no phase (IDLE). watch
 * may be NULL. */
void watchdog_note(struct watch *watch, enum watch_phase phase);

/* For how many milliseconds the worker has been in *phase, as of now_ms. */
int64_t watchdog_age(const struct watch *watch, int64_t now_ms, enum watch_phase *phase);

/* Whether a phase has lasted longer than it can when all is well: busy_max_ms for BUSY, 15 s for READING and
 * WRITING, for ever for IDLE. */
bool watchdog_hangs(enum watch_phase phase, int64_t age_ms, int64_t busy_max_ms);

/* What somebody saw who looks at a word again and again. Zeroed before. */
struct watch_look {
        uint64_t word;
        int64_t at_ms;
        unsigned same; /* looks in a row that found the word as it was */
};

/* Look, if the last look is a second ago. Whether it is the 30th that found the word as it was. Looks count,
 * and not the time between them: on a machine that was suspended, or is too busy for the one who looks, the
 * other had no more of it. */
#define WATCHDOG_LOOK_MS 1000
#define WATCHDOG_LOOKS 30
bool watchdog_stands_still(struct watch_look *look, const struct watch *watch, int64_t now_ms);

/* The phase in a word, for the log. */
const char *watchdog_phase_name(enum watch_phase phase);

#endif
