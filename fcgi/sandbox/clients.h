/* The broker's conversation with the workers: who asked for what, who holds what. */
#ifndef SANDPOOL_CLIENTS_H
#define SANDPOOL_CLIENTS_H

#include "fcgi/base/error.h"
#include "fcgi/sandbox/broker.h"
#include "fcgi/sandbox/docker.h"
#include "fcgi/sandbox/engine.h"
#include "fcgi/sandbox/pool.h"

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

/* Connections at once: twice the workers, because those that a reload replaces finish their requests. */
#define CLIENTS_MAX (2 * SETTINGS_WORKERS_MAX + 20)

struct clients;

/* Everything is borrowed. The pool comes later, because its hooks need the clients. NULL when memory is out.
 */
struct clients *clients_new(const struct broker_options *options, struct engine *engine, struct error *err);
void clients_use(struct clients *clients, struct pool *pool, struct docker *docker);
void clients_free(struct clients *clients);

/* The pool's hooks; context is the clients. */
void clients_answer(void *context, struct pool_wait *wait, enum lease_answer answer, struct sandbox *sandbox);
void clients_taken(void *context, struct sandbox *sandbox);

/* The daemon said that a sandbox ran out of memory or ended: its flags are set. */
void clients_note_death(struct clients *clients, const struct sandbox *sandbox);

/* The descriptors to poll, the listening one first (at most 1 + CLIENTS_MAX); and what to do with what poll
 * said. */
size_t clients_polls(struct clients *clients, struct pollfd *fds);
void clients_dispatch(struct clients *clients, const struct pollfd *fds, size_t count);

/* Leases held too long, deaths nobody told of. Returns when it wants to be called again (clock_ms). */
int64_t clients_settle(struct clients *clients);

#endif
