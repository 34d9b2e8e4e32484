/* A private instance of the real service behind the real nginx, for one test program. */
#ifndef SANDPOOL_TEST_SERVICE_H
#define SANDPOOL_TEST_SERVICE_H

#include "fcgi/base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* How many sandboxes of a language are kept warm, instead of what its YAML says. */
struct service_warm {
        const char *language; /* NULL ends the list */
        unsigned warm;
};

/* Zero means: as shipped. */
struct service_options {
        unsigned workers; /* 0: 32, as nginx expects */
        unsigned pool_max;
        unsigned queue_timeout_s;  /* 0: 10 */
        unsigned request_time_s;   /* 0: 60 */
        unsigned drain_timeout_s;  /* 0: 60 */
        unsigned reuse;            /* runs of one sandbox; 0: 200 */
        const char *cpus;          /* pool.cpus; NULL: all */
        const char *tcp;           /* listen.tcp; NULL: none */
        const char *exercises;     /* their directory; NULL: the shipped one */
        const char *docker;        /* the daemon's socket; NULL: /var/run/docker.sock */
        unsigned docker_timeout_s; /* of one call; 0: 30 */
        const char *preload;       /* a shared object for all its processes; NULL: none */
        bool all_languages; /* else python, javascript and cpp alone: samples of others take their time */
        struct service_warm warm[8];
        const char *variant; /* its images, sandpool/<id>:<variant>, where images/ has some */
};

struct service {
        char dir[40];      /* everything of this instance; removed at the end */
        char run_dir[48];  /* its sockets */
        char settings[64]; /* its sandpool.yaml */
        char binary[512];  /* what is started */
        char log[64];      /* what the service writes to stderr */
        char instance[33]; /* label of its containers */
        char preload[256]; /* "": none */
        int port;          /* nginx's, on 127.0.0.1 */
        unsigned workers;
        pid_t supervisor; /* 0: not running */
        pid_t session;    /* that all its processes are in, also after an upgrade */
        pid_t nginx;
        bool ending; /* it was told to end */
};

/* Render the configuration into a fresh directory, without starting anything. 0/-1. */
int service_prepare(struct service *service, const struct service_options *options, struct error *err);

/* Start the service alone, prepared before, without nginx and without waiting for anything. 0/-1. */
int service_launch(struct service *service, struct error *err);

/* Start nginx alone: with its rendered configuration and, from the second time on, its port. 0/-1. */
int service_launch_nginx(struct service *service, struct error *err);

/* Wait until /readyz answers 200. 0/-1 with the log's end on stderr. */
int service_await_ready(struct service *service, struct error *err);

/* Start both, prepared before, and wait until /readyz answers 200. */
int service_start_prepared(struct service *service, struct error *err);

/* Prepare, start both, wait until /readyz answers 200. 0/-1 with the log's end in err; service_stop is due in
 * either case. */
int service_start(struct service *service, const struct service_options *options, struct error *err);

/* SIGTERM, without waiting. */
void service_end(struct service *service);

/* SIGTERM unless it was told already, wait for the end; 0 only when the service exited with 0 and
 * nothing of it is left: no container, no process, no socket, no control group. All is cleaned up in either
 * case: also processes that nobody followed, such as those of an upgrade in the middle of which a test
 * failed. */
int service_stop(struct service *service, struct error *err);

/* Wait for the supervisor's end (after it was killed) and that nothing is left, as service_stop does. */
int service_gone(struct service *service, int64_t deadline_ms, struct error *err);

/* Start nginx with a rendered configuration, in the foreground, as the ordinary user that `make up` runs it
 * as. Returns its pid, or -1. */
pid_t service_run_nginx(const char *conf, struct error *err);

/* The process that the pid file names; 0: none. */
pid_t service_named(const struct service *service);

/* After an upgrade was asked for: take the process that the pid file names for the supervisor. When that is
 * another one, wait for the old one's end, which must be in order; the caller is its subreaper
 * (PR_SET_CHILD_SUBREAPER). 1: another, 0: the same, -1. */
int service_follow_upgrade(struct service *service, struct error *err);

#endif
