/* Requests to the fixture that a test holds on to: each a connection of its own, answered or given up when
 * the test wants it. */
#ifndef SANDPOOL_TEST_HELD_H
#define SANDPOOL_TEST_HELD_H

#include <jansson.h>

/* Runs until its client leaves, half a minute at most. */
#define HELD_RUNS "{\"code\": \"import time\\ntime.sleep(29)\", \"timeout\": 30}"
#define HELD_QUICK "{\"code\": \"print(1)\"}"

/* POST a body to /api/execute, and do not wait. The connection. */
int held_begin(const char *body);

/* The answer's body when it comes, and the end of the connection. The caller's. */
json_t *held_answer(int *connection);

/* The client leaves. */
void held_leave(int *connection);

#endif
