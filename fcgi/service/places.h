/* Where the service can be found: its run directory, the pid file with its lock, the listening sockets. Made
 * by the supervisor, or taken over from the process before it. */
#ifndef SANDPOOL_SERVICE_PLACES_H
#define SANDPOOL_SERVICE_PLACES_H

#include "fcgi/service/children.h"
#include "fcgi/service/handover.h"

/* Users, run directory, pid file, sockets: into the nursery, whose descriptors are -1 before. What was
 * inherited stays where it is. 0/-1; places_close in either case. */
int places_open(const struct settings *settings, const struct inheritance *inheritance,
        struct nursery *nursery, struct error *err);

/* Whom the pid file names: this process. 0/-1. */
int places_claim(const struct settings *settings, struct nursery *nursery, struct error *err);

/* The generation that is spared is dead: remove its broker's socket. */
void places_forget_spared(const struct settings *settings, const struct nursery *nursery);

/* Close all, and remove what is this process's: of what an heir has taken over, the broker's socket alone. */
void places_close(const struct settings *settings, struct nursery *nursery, bool taken_over);

#endif
