/* The supervisor's children: one broker, one control worker, the workers. How each is started and told apart.
 */
#ifndef SANDPOOL_SERVICE_CHILDREN_H
#define SANDPOOL_SERVICE_CHILDREN_H

#include "fcgi/service/config.h"
#include "fcgi/service/cpu_weight.h"
#include "fcgi/service/privilege.h"
#include "fcgi/service/reload_note.h"
#include "fcgi/service/watchdog.h"

#include <stdint.h>
#include <sys/types.h>

enum child_kind { CHILD_BROKER, CHILD_CONTROL, CHILD_WORKER };

struct child {
        enum child_kind kind;
        unsigned number;     /* of a worker, from 1 */
        pid_t pid;           /* 0: not running */
        int64_t started_ms;  /* as of clock_ms */
        int64_t start_at_ms; /* when to start it, if it does not run */
        unsigned failures;   /* in a row */
        struct watch *watch;
        struct watch_look look; /* of the broker */
        int64_t busy_max_ms;    /* for how long a request may keep it busy */
        int64_t told_ms;        /* when it was told to end after the request at hand; 0: it was not */
};

/* What every child is started with. Descriptors that are not open are -1. */
struct nursery {
        const struct config *config;
        const struct reload_note *note;
        int fastcgi_fd, control_fd, broker_fd;
        int pid_fd;            /* the pid file's lock, which is the supervisor's alone */
        int signal_fd;         /* the supervisor's */
        unsigned generation;   /* of the service: how often it was upgraded since its start */
        long spared;           /* the generation beside it during an upgrade, or DOCKER_SPARE_NONE */
        char broker_path[128]; /* of broker_fd */
        int elder_fd, heir_fd; /* lines to the processes of an upgrade (handover.h), the supervisor's */
        int heir_process_fd;   /* pidfd_open(2) of one that has taken over, the supervisor's */
        int orders_fd;         /* to the broker that was started last (orders.h), non-blocking */
        struct identity worker, broker;
        struct watch *watches; /* all children's, also of those that leave */
        size_t watch_count;
        char cgroup_parent[CPU_WEIGHT_PARENT_SIZE]; /* of the sandboxes; "": Docker's own */
};

/* With nothing open yet. config is borrowed. */
struct nursery nursery_new(const struct config *config);

/* "broker", "control", "worker-3", into name. */
void child_name(const struct child *child, char name[16]);

/* Fork and run it. In the parent 0/-1; the child does not return. */
int child_start(struct child *child, struct nursery *nursery, struct error *err);

/* It ended: note that and when to start it again. 100 ms after the first failure, twice as long after each
 * more, at most 5 s; a child that lived for 10 s begins anew. */
void child_ended(struct child *child, int64_t now_ms);

#endif
