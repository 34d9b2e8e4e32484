/* The supervisor's part of a reload: from SIGHUP to its outcome.
 *
 *   reading    all of conf/ is read once and checked; wrong: it ends here
 *   asking     the broker gets what was read, and says when it serves it, or why it cannot
 *   replacing  workers of the new configuration take over from those of the old one
 *
 * Whatever goes wrong before `replacing` leaves everything as it was. */
#ifndef SANDPOOL_SERVICE_RELOAD_H
#define SANDPOOL_SERVICE_RELOAD_H

#include "fcgi/sandbox/orders.h"
#include "fcgi/service/crew.h"
#include "fcgi/service/reload_note.h"

#include <stdbool.h>
#include <stdint.h>

enum reload_step { RELOAD_NONE, RELOAD_ASKING, RELOAD_REPLACING };

struct reload {
        enum reload_step step;
        bool asked;          /* by SIGHUP, since the one under way began */
        bool log_behind;     /* there are workers that note in a log of before, and could not be replaced */
        struct config *next; /* while asking */
        struct config *mine; /* in force, unless it is still the first one, which is the caller's */
        pid_t broker;        /* that was asked */
        int64_t began_ms, until_ms;
        struct reload_outcome outcome;
        struct reload_note *note;
};

/* Zeroed before. Makes the note. 0/-1. */
int reload_open(struct reload *reload, struct crew *crew, struct error *err);

/* The configuration in force is freed: not while a child may be started. */
void reload_close(struct reload *reload);

/* SIGHUP came. */
void reload_ask(struct reload *reload);

/* It is for another process to do. Returns whether one was asked for and has not begun. */
bool reload_withdraw(struct reload *reload);

/* Open the log anew, here and in every child: the broker is told, workers are replaced, because their user
 * could not open it; by reload_settle, if too many still leave. What a worker is at it still notes in the old
 * one. */
void reload_log(struct reload *reload, struct crew *crew);

/* The broker has answered. */
void reload_hear(struct reload *reload, struct crew *crew, const struct order *order);

/* A child may have ended, time has passed. free_to_begin: nothing else is being changed. */
void reload_settle(struct reload *reload, struct crew *crew, bool free_to_begin, int64_t now_ms);

/* The service ends: what is under way is given up. */
void reload_stop(struct reload *reload, struct crew *crew);

#endif
