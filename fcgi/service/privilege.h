/* Becoming a user who may do less, for good. */
#ifndef SANDPOOL_SERVICE_PRIVILEGE_H
#define SANDPOOL_SERVICE_PRIVILEGE_H

#include "fcgi/base/error.h"

#include <sys/types.h>

/* Whom a process becomes. */
struct identity {
        uid_t uid;
        gid_t gid;
        gid_t extra; /* one supplementary group; (gid_t)-1: none */
};

/* Look the user up. An empty name is the present user, which root must not stay. Returns 0/-1. */
int privilege_find(const char *user, struct identity *identity, struct error *err);

/* Refuse two identities of one user, where root could give them two: what one user runs can signal each
 * other. 0/-1. */
int privilege_apart(const struct identity *worker, const struct identity *broker, struct error *err);

/* The gid of a group; (gid_t)-1 for "" and, with err, for one that does not exist. */
gid_t privilege_group(const char *group, struct error *err);

/* Become identity, irrevocably: groups, gid, uid, no new privileges, no core dumps; die with death_signal
 * when parent does. A process that is not root keeps its ids. Returns 0/-1; after -1 the process must end. */
int privilege_drop(const struct identity *identity, pid_t parent, int death_signal, struct error *err);

/* The part of it that a process does which keeps its user. */
int privilege_bind(pid_t parent, int death_signal, struct error *err);

#endif
