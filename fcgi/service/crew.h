/* All of the supervisor's children: those of the present configuration, and workers of an earlier one that
 * finish a request. */
#ifndef SANDPOOL_SERVICE_CREW_H
#define SANDPOOL_SERVICE_CREW_H

#include "fcgi/service/children.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CREW_MAX (SETTINGS_WORKERS_MAX + 2) /* with broker and control worker */
#define CREW_LEAVING_MAX 200                /* with these, no more than the broker takes connections */

struct crew {
        struct nursery nursery;
        struct child children[CREW_MAX]; /* [0] is the broker, [1] the control worker */
        size_t count;
        struct child leaving[CREW_LEAVING_MAX]; /* told to end after the request at hand */
        size_t leaving_count;
        bool broker_swept; /* the last broker ended in order: no container of its is left */
};

/* Fill in the children of the nursery's configuration, none of which runs yet. nursery's descriptors are set
 * by the caller. 0/-1. */
int crew_fill(struct crew *crew, struct error *err);

/* Start what is due: all, or the broker alone. */
void crew_start_due(struct crew *crew, bool workers, int64_t now_ms);

/* Start the broker now, however often it died. */
void crew_start_broker(struct crew *crew);

/* When the next child that does not run is to be started, at most until. */
int64_t crew_next_start(const struct crew *crew, int64_t until_ms);

/* The broker's process; 0: it does not run. */
pid_t crew_broker(const struct crew *crew);

/* Have the broker, and any that is started after it, leave the containers of a generation alone. */
void crew_spare(struct crew *crew, long generation);

/* Signal every worker, also those that leave. */
void crew_signal_workers(const struct crew *crew, int number);
size_t crew_workers_alive(const struct crew *crew);

/* Take note of those that ended. expected: that is nothing to warn of. */
void crew_reap(struct crew *crew, bool expected, int64_t now_ms);

/* Kill workers that hang, and a broker that does. */
void crew_watch(struct crew *crew, int64_t now_ms);

/* Whether so many workers can take over from the present ones; else -1 with err. */
int crew_can_replace(const struct crew *crew, struct error *err);

/* Start control worker and workers of the nursery's (new) configuration, each before one of the present ones
 * is told to end after the request at hand: at no time does nobody take connections. */
void crew_replace(struct crew *crew);

/* Whether no worker that leaves will take another connection. */
bool crew_replaced(const struct crew *crew);

#endif
