/* The old process's part of an upgrade in place, from SIGUSR2 until another has taken over (handover.h). */
#ifndef SANDPOOL_SERVICE_UPGRADE_H
#define SANDPOOL_SERVICE_UPGRADE_H

#include "fcgi/service/crew.h"
#include "fcgi/service/reload_note.h"

#include <stdbool.h>
#include <stdint.h>

struct upgrade {
        char binary[1024]; /* that this process was started from; "": not known */
        bool asked;        /* by SIGUSR2 */
        pid_t heir;        /* 0: none */
        unsigned failures; /* heirs that did not take over */
        bool granted;      /* the heir was told to take charge */
        int64_t until_ms;
        bool done; /* it has taken over */
        struct reload_outcome outcome;
};

/* Zeroed before. */
void upgrade_open(struct upgrade *upgrade);

/* SIGUSR2 came; or something may have come over the crew's heir_fd, time has passed. free_to_begin: nothing
 * else is being changed. */
void upgrade_ask(struct upgrade *upgrade);
void upgrade_settle(struct upgrade *upgrade, struct crew *crew, bool free_to_begin, int64_t now_ms);

/* Another upgrade was asked for meanwhile: it is for the heir to do. Returns whether that is so. */
bool upgrade_withdraw(struct upgrade *upgrade);

/* The heir: whoever waits for the upgrade is told, where the one who was asked for it is not there any more.
 */
void upgrade_tell_for_the_dead(const char *run_dir);

/* The service ends, and so does the heir, also one that has taken over. Then, as often as something may have
 * come over the line: there is no heir any more when it has ended, and one that takes over after all has done
 * so. */
void upgrade_stop(struct upgrade *upgrade, const struct crew *crew);
void upgrade_hear_end(struct upgrade *upgrade, struct crew *crew);

/* Whether one that has taken over has not ended. */
bool upgrade_heir_lives(const struct crew *crew);

#endif
