/* Who takes a lease of the lone broker, as a worker would, and waits for what comes of it. What goes wrong
 * fails the test. */
#ifndef SANDPOOL_TEST_LESSEE_H
#define SANDPOOL_TEST_LESSEE_H

#include "fcgi/sandbox/lease.h"

#include <stdbool.h>
#include <stdint.h>

#define LESSEE_HOLD_MS 80000 /* of a lease that nobody is to take away */

/* A test's setup: a broker with a short queue and up to three sandboxes, not started yet. */
int lessee_setup(void **state);

/* A test between that setup and the lone broker's teardown. */
#define LESSEE_TEST(test) cmocka_unit_test_setup_teardown(test, lessee_setup, lone_broker_clear)

/* A line to the broker. The caller's. */
struct broker_link *lessee_link(void);

/* Ask once. Returns the broker's answer. */
int lessee_try(
        struct broker_link *link, const char *id, uint32_t memory_mib, uint32_t hold_ms, struct lease *lease);

/* Ask until it is granted: on a machine with much else to do, making a sandbox, or Docker's first answer, may
 * take longer than the queue has time. */
void lessee_acquire_with(
        struct broker_link *link, const char *id, uint32_t memory_mib, uint32_t hold_ms, struct lease *lease);

/* The same with 128 MiB, for as long as nobody is to take it away. */
void lessee_acquire(struct broker_link *link, const char *id, struct lease *lease);

void lessee_release(struct broker_link *link, struct lease *lease);

/* Wait until a language has so many sandboxes idle and none in any other state. */
void lessee_await_idle(const char *id, uint32_t idle);

/* Wait until there is no such container. */
void lessee_await_gone(const char *id);

/* Whether the one of python that was given back is lent again: one whose reset takes too long, on a machine
 * with much else to do, is replaced instead. */
bool lessee_is_kept(const struct lease *lease);

#endif
