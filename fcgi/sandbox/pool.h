/* The warm sandboxes: which to keep, to make, to lend and to remove. Knows no sockets but the sandboxes' own.
 */
#ifndef SANDPOOL_POOL_H
#define SANDPOOL_POOL_H

#include "fcgi/base/error.h"
#include "fcgi/sandbox/edition.h"
#include "fcgi/sandbox/engine.h"
#include "fcgi/sandbox/lease.h"
#include "fcgi/sandbox/roster.h"

#include <stdbool.h>
#include <stdint.h>

struct pool;

/* What somebody waits for. Zero-initialise; the pool links it while it waits. */
struct pool_wait {
        struct pool_wait *next;
        void *holder;
        const struct language *language;
        uint32_t memory_mib;
        int64_t deadline_ms;
        struct sandbox *promised; /* on its way to be this one's (its memory limit is being changed) */
};

struct pool_hooks {
        /* A wait ended: LEASE_GRANTED with the sandbox, or why not. The wait is the caller's again. */
        void (*answer)(
                void *context, struct pool_wait *wait, enum lease_answer answer, struct sandbox *sandbox);
        /* A leased sandbox is being taken away: its holder has nothing any more. */
        void (*taken)(void *context, struct sandbox *sandbox);
        void *context;
};

/* The engine and the hooks' context are borrowed; the edition is taken, but stays the caller's when this
 * fails. generation: of the service. NULL with err. */
struct pool *pool_new(struct engine *engine, struct edition *edition, unsigned generation,
        const struct pool_hooks *hooks, struct error *err);
void pool_free(struct pool *pool);

/* What is served now; borrowed until the pool settles. */
const struct edition *pool_edition(const struct pool *pool);

/* Serve another edition (taken): once the image of each of its languages was looked for, and those whose
 * container, image, commands or sample changed have proven themselves in sandboxes of their own, while the
 * old ones go on serving. Then sandboxes that are as the new edition wants them are kept, others go as soon
 * as nobody leases them. It all stays as it was when a language that is served now would not work any more,
 * or the new edition is not ready within POOL_RELOAD_MAX_MS.
 *
 * done is called once, from pool_settle, when it is over; problem: why everything is as it was, NULL when the
 * new edition is served. Returns -1 with err when another reload is under way or memory is out: then the
 * edition is the caller's, and done is not called. */
#define POOL_RELOAD_MAX_MS 180000
typedef void pool_reloaded(void *context, const char *problem);
int pool_reload(
        struct pool *pool, struct edition *edition, pool_reloaded *done, void *context, struct error *err);

/* Whether the daemon answers: nothing is made while it does not; and the control group that new sandboxes are
 * to be in (borrowed; "": Docker's own). */
void pool_set_docker(struct pool *pool, bool ok, const char *cgroup_parent);

/* Queue a wait; it is answered from pool_settle, first come first served within its language. */
void pool_ask(struct pool *pool, struct pool_wait *wait);

/* Take a wait back, unanswered. A sandbox that was promised to it is removed. */
void pool_forget(struct pool *pool, struct pool_wait *wait);

/* A lease is over. clean: reset and lend it again, unless it is worn out; else remove it. */
void pool_release(struct pool *pool, struct sandbox *sandbox, bool clean);

/* No new sandboxes, every wait is answered LEASE_SHUTTING_DOWN; what is not leased is removed at once. */
void pool_drain(struct pool *pool);

/* Also what is leased. */
void pool_remove_all(struct pool *pool);

/* Every sandbox there is; borrowed. */
struct roster *pool_roster(struct pool *pool);

/* Decide and act on what is due. Returns when it wants to be called again (clock_ms). */
int64_t pool_settle(struct pool *pool);

/* Fill in the pool's part of a status. */
void pool_status(const struct pool *pool, struct broker_status *status);

/* Whether every language has come as far as it can: its warm sandboxes are there, or it cannot be served. */
bool pool_status_is_warm(const struct pool *pool);

#endif
