/* A socket between a service and the real daemon that can be told to spoil what passes. */
#ifndef SANDPOOL_TEST_DOCKER_PROXY_H
#define SANDPOOL_TEST_DOCKER_PROXY_H

#include "fcgi/base/error.h"

#include <sys/types.h>

enum docker_fault {
        DOCKER_FAULT_NONE,
        DOCKER_FAULT_GONE,      /* the socket's file is not there, and all connections are closed */
        DOCKER_FAULT_REFUSED,   /* the file is there, and nobody listens; connections stay as they are */
        DOCKER_FAULT_CLOSED,    /* accepts, and closes without an answer */
        DOCKER_FAULT_SLOW,      /* an answer comes a second late */
        DOCKER_FAULT_SILENT,    /* the daemon does what it is asked; no answer comes */
        DOCKER_FAULT_TRUNCATED, /* half an answer, then the connection ends */
        DOCKER_FAULT_MALFORMED, /* other bytes instead of an answer */
        DOCKER_FAULT_LYING,     /* a head as it should be, and no JSON behind it */
        DOCKER_FAULT_ERRORS,    /* status 500, and the daemon hears nothing of the request */
        DOCKER_FAULT_UNDONE,    /* status 500, though the daemon has done it */
        DOCKER_FAULTS
};

extern const char *const docker_fault_names[DOCKER_FAULTS];

struct docker_proxy {
        char path[64]; /* of its socket */
        pid_t pid;     /* 0: does not run */
        struct docker_proxy_shared *shared;
};

/* Start it, as a process of its own. The attached streams pass through it byte by byte. 0/-1. */
int docker_proxy_start(struct docker_proxy *proxy, const char *path, const char *daemon, struct error *err);

/* From now on. */
void docker_proxy_set(struct docker_proxy *proxy, enum docker_fault fault);

/* How many connections or answers the fault of now has spoilt. */
unsigned docker_proxy_spoilt(const struct docker_proxy *proxy);

void docker_proxy_stop(struct docker_proxy *proxy);

#endif
