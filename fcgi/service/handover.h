/* Upgrading in place: a new process of the (new) binary takes over from one that goes on serving meanwhile.
 *
 * The old supervisor starts the binary anew with its listening sockets, the pid file's lock and a line to
 * itself. The new one reads the configuration, starts a broker of the next generation, whose containers and
 * user ids are apart from the old one's, and waits until its sandboxes are warm. Then it starts workers and
 * says so over the line:
 *
 *   new: WARM    workers of both take requests; the old one is in charge
 *   old: GO      the new one is in charge: it puts its number into the pid file
 *   new: TAKEN   the old one's workers finish their requests, its broker removes its sandboxes, it ends
 *   old: END     at any time after GO, who told the old one to end meant the service: the new one ends too
 *
 * Who is in charge, and nobody else, closes the listening sockets and removes files at its end. Until GO the
 * old one serves as ever: a new one that cannot start, or is not warm within HANDOVER_MAX_MS, changes
 * nothing. One that does not answer GO is killed. When the line ends before GO, and the new one was not told
 * to end, the old one is dead: the new one takes charge by itself. */
#ifndef SANDPOOL_SERVICE_HANDOVER_H
#define SANDPOOL_SERVICE_HANDOVER_H

#include "fcgi/base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define HANDOVER_MAX_MS 180000

/* What a process was left by the one before it. */
struct inheritance {
        bool any;            /* else this is a start like any other, and nothing below holds */
        unsigned generation; /* of the process that inherits */
        unsigned elder;      /* generation of the one before */
        char run_dir[80];
        int fastcgi_fd, control_fd, pid_fd;
        int line_fd; /* to the one before: end of stream when it is gone */
};

/* Look for one, in the environment and at fixed descriptors; all descriptors above stderr that are not of it
 * are closed. Call this first. 0, or -1 with err when what is there makes no sense. */
int handover_inherit(struct inheritance *inheritance, struct error *err);

/* The old process's side: what there is to pass on. */
struct bequest {
        const char *binary; /* absolute */
        const char *config_path;
        const char *run_dir;
        unsigned generation; /* of the heir */
        unsigned elder;      /* of this process */
        int fastcgi_fd, control_fd, pid_fd;
};

/* Start the heir. Returns its process, which is not a child of this one, and the line to it (non-blocking),
 * or -1 with err. */
pid_t handover_begin(const struct bequest *bequest, int *line_fd, struct error *err);

enum handover_word {
        HANDOVER_ENDED = -1,
        HANDOVER_NOTHING,
        HANDOVER_WARM,
        HANDOVER_GO,
        HANDOVER_TAKEN,
        HANDOVER_END
};

/* Say a word to the other process. 0/-1 */
int handover_tell(int line_fd, enum handover_word word, struct error *err);

/* What the other process said: NOTHING yet, or ENDED: it is gone, or makes no sense. */
enum handover_word handover_hear(int line_fd);

#endif
