/* The one process that holds the Docker socket and keeps the pool. */
#ifndef SANDPOOL_BROKER_H
#define SANDPOOL_BROKER_H

#include "fcgi/base/error.h"
#include "fcgi/model/language.h"
#include "fcgi/model/settings.h"
#include "fcgi/sandbox/docker.h"

#include <sys/types.h>

struct broker_options {
        const struct settings *settings;
        const struct registry *registry;
        const char *seccomp;       /* the profile, as of seccomp_profile_load */
        const char *cgroup_parent; /* control group for the sandboxes; NULL: Docker's own */
        int listen_fd;             /* SEQPACKET, from the supervisor; stays its */
        unsigned generation;       /* of the service: containers bear it */
        long spared;               /* a generation whose containers are another broker's; DOCKER_SPARE_NONE */
        int orders_fd;        /* what the supervisor says (orders.h), non-blocking; -1: it says nothing */
        uid_t peer_uid;       /* only this user (and root) may connect */
        uint32_t workers;     /* how many leases may be waiting */
        uint32_t per_process; /* how many connections one process may have; 0: any number */
        /* Called as each turn of its loop begins, at most 10 s after the last; may be NULL. */
        void (*turn)(void *context);
        void *turn_context;
};

/* Run until SIGTERM (then: no new leases, wait for those that are out within drain_timeout, remove every
 * sandbox) or a fatal error. Returns the process's exit status. Signals are blocked by the caller except
 * through signalfd made here. */
int broker_run(const struct broker_options *options, struct error *err);

#endif
