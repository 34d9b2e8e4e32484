/* A broker alone, without supervisor and workers, for tests that ask it as a worker would. */
#ifndef SANDPOOL_TEST_LONE_BROKER_H
#define SANDPOOL_TEST_LONE_BROKER_H

#include "fcgi/model/language.h"
#include "fcgi/model/settings.h"

#include <stdint.h>
#include <sys/types.h>

#define LONE_BROKER_PATIENCE_MS 90000

/* The one of this test program. What a test wants otherwise it changes before lone_broker_start. */
extern struct lone_broker {
        struct settings *settings;
        struct registry *registry;
        char *seccomp;
        char folder[32], path[64]; /* path: its socket */
        int listen_fd;
        pid_t pid; /* 0: does not run */
} broker;

/* Settings as shipped but for these, an instance of its own, python, javascript and cpp alone, none of them
 * warm. A test's setup begins with it. 0/-1, the reason printed. */
int lone_broker_prepare(uint32_t queue_timeout_ms, uint32_t pool_max);

/* Its language; fails the test when there is none. Borrowed. */
struct language *lone_broker_language(const char *id);

/* Start it, with at most so many connections of one process (0: any number). Fails the test when it cannot.
 */
void lone_broker_start(uint32_t per_process);

/* SIGTERM, and fail the test unless it ends well and no container is left. Does nothing when it does not run.
 */
void lone_broker_stop(void);

/* Its containers in any state, in docker's format, one a line. The caller's. */
char *lone_broker_containers(const char *format);

/* A test's teardown: ends what a failed test left and frees everything. */
int lone_broker_clear(void **state);

#endif
