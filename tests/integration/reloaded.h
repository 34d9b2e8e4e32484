/* The fixture that takes its configuration anew: what can be seen of that, and that nothing is left of it.
 * What goes wrong fails the test. */
#ifndef SANDPOOL_TEST_RELOADED_H
#define SANDPOOL_TEST_RELOADED_H

#include "tests/integration/fixture.h"

#define RELOADED_PATIENCE_MS 120000

/* Group setup and teardown: at rest, and reloaded once; sandboxes do not wear out, they would go for another
 * reason than a reload. */
int reloaded_start(void **state);
int reloaded_stop(void **state);

/* As it was at the start, but for what tests write and build, which goes now: toy, slept, own.log. */
void reloaded_nothing_is_left(void);

/* Run it, for that output. */
void reloaded_says(const char *language, const char *code, const char *output);

/* The containers of a language by name, one a line, in order: no other one ever has it, and the log has it
 * too. The caller's. */
char *reloaded_containers(const char *language);

/* Wait until none of these is there any more. Takes names. */
void reloaded_await_gone(const char *language, char *names);

/* These are still there, but for one that went for a reason of its own, by the log: a reset that took too
 * long on a machine with much else to do, or room for another language. Takes names. */
void reloaded_stayed(const char *language, char *names);

/* Wait until the language has containers and `docker inspect` says what is expected of each of them. */
void reloaded_await_inspected(const char *language, const char *format, const char *expected);

#endif
