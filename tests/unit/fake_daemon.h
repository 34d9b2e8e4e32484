/* A Docker daemon for what a real one cannot be made to do: a process that answers as a test says. */
#ifndef SANDPOOL_TEST_FAKE_DAEMON_H
#define SANDPOOL_TEST_FAKE_DAEMON_H

#include <sys/types.h>

struct fake_daemon {
        char folder[40], path[64]; /* its socket's, which is in a folder of its own */
        pid_t pid;
};

/* Start one. serve gets each connection in a process of its own, with the first bytes of the request; the
 * connection is closed when it returns. 0/-1. */
int fake_daemon_start(struct fake_daemon *daemon, void (*serve)(int fd, const char *request));

/* 0/-1: what cmocka's group teardown returns. */
int fake_daemon_stop(struct fake_daemon *daemon);

#endif
