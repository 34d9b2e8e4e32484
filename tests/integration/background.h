/* A request that is on its way: a process of its own, so that a test can do something meanwhile. */
#ifndef SANDPOOL_TEST_BACKGROUND_H
#define SANDPOOL_TEST_BACKGROUND_H

#include "tests/integration/guests.h"

#include <stddef.h>
#include <sys/types.h>

#define BACKGROUND_WAIT_MS 90000

/* Bodies of requests that print "slept": when they are told to; after so many seconds (%d). */
#define BACKGROUND_WAITS "{\"code\": \"" GUEST_WAITS "print('slept')\", \"policy\": \"off\", \"timeout\": 30}"
#define BACKGROUND_SLEEPS "{\"code\": \"import time\\ntime.sleep(%d)\\nprint('slept')\", \"timeout\": 30}"

struct background {
        pid_t pid;
        int fd;
};

/* Post the body to the fixture's /api/execute; the test fails when that cannot be. */
struct background background_ask(const char *body);

/* Wait for the answer, which must come: "200 success slept\n", say, or what is wrong with it. */
void background_finish(struct background background, char *text, size_t size);

#endif
