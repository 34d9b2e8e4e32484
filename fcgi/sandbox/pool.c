/* The pool's decisions. Everything that changes marks the pool, and pool_settle then brings it to what it
 * should be:
 *
 *   1. every language's image is looked for, and its sample runs once in a sandbox of its own (prime);
 *   2. waits are answered: with the sandbox that is idle longest (its CPU quota has recovered most), else one
 * is made for them, where need be in the place of another language's idle one;
 *   3. each language has its warm minimum; what is idle too long above it goes, and so does what belongs to
 *      a configuration that is not served any more (pool_reload.c).
 */
#include "fcgi/sandbox/pool.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/log.h"
#include "fcgi/base/metrics.h"
#include "fcgi/sandbox/pool_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STARTS_AT_ONCE 4   /* more make each slower, and the daemon with them */
#define BURST_OVER_MS 5000 /* a sandbox idle for so long is not part of a burst any more */
#define NEVER INT64_MAX

struct pool *pool_new(struct engine *engine, struct edition *edition, unsigned generation,
        const struct pool_hooks *hooks, struct error *err)
{
        struct pool *pool = calloc(1, sizeof *pool);
        if (!pool) {
                error_set(err, "out of memory");
                return NULL;
        }
        pool->engine = engine;
        pool->hooks = *hooks;
        pool->cgroup_parent = "";
        pool->generation = generation;
        pool->max = pool_max(edition->settings);
        if (!pool_languages_open(pool, &pool->served, edition, err))
                return pool;
        free(pool);
        return NULL;
}

void pool_free(struct pool *pool)
{
        if (!pool)
                return;
        for (size_t i = 0; i < ROSTER_SLOTS; i++)
                sandbox_free(pool->roster.slots[i]);
        pool_languages_close(pool, &pool->served);
        pool_languages_close(pool, &pool->next);
        for (struct edition *edition = pool->old, *older; edition; edition = older) {
                older = edition->older;
                edition_free(edition);
        }
        free(pool);
}

const struct edition *pool_edition(const struct pool *pool)
{
        return pool->served.edition;
}

static struct pool_wait *wait_promised(const struct pool *pool, const struct sandbox *sandbox)
{
        for (struct pool_wait *wait = pool->waits; wait; wait = wait->next)
                if (wait->promised == sandbox)
                        return wait;
        return NULL;
}

static void unlink_wait(struct pool *pool, struct pool_wait *wait)
{
        struct pool_wait **at = &pool->waits;
        while (*at && *at != wait)
                at = &(*at)->next;
        if (*at)
                *at = wait->next;
        wait->next = NULL;
}

void pool_answer(struct pool *pool, struct pool_wait *wait, enum lease_answer word, struct sandbox *sandbox)
{
        unlink_wait(pool, wait);
        wait->promised = NULL;
        if (sandbox)
                sandbox->holder = wait->holder;
        pool->hooks.answer(pool->hooks.context, wait, word, sandbox);
}

void pool_changed(void *context, struct sandbox *sandbox, enum sandbox_state before)
{
        struct pool *pool = context;
        struct pool_wait *wait = wait_promised(pool, sandbox);
        struct pool_language *entry = pool_languages_find(pool, sandbox->language);
        if (entry && sandbox->state == SANDBOX_IDLE && !sandbox->runs)
                readiness_succeeded(&entry->readiness);
        if (sandbox->state == SANDBOX_LEASED && wait)
                pool_answer(pool, wait, LEASE_GRANTED, sandbox);
        pool_status_time(pool, sandbox, before);
        if (sandbox->state != SANDBOX_REMOVING || before == SANDBOX_REMOVING)
                return;
        if (wait)
                wait->promised = NULL; /* it waits on */
        if (before == SANDBOX_LEASED && sandbox->holder)
                pool->hooks.taken(pool->hooks.context, sandbox);
        sandbox->holder = NULL;
        pool_status_count_removal(sandbox);
        log_info("sandbox.removed", LOG_S("sandbox", sandbox->name), LOG_S("language", sandbox->language->id),
                LOG_S("state", sandbox_state_names[before]), LOG_S("why", sandbox->why),
                LOG_I("runs", sandbox->runs));
        if (entry && !pool->draining)
                readiness_removed(&entry->readiness, sandbox, before);
}

struct sandbox *pool_make(struct pool *pool, struct pool_language *entry, bool primer)
{
        int slot = roster_free_slot(&pool->roster);
        const struct sandbox_owner *owner = &pool_languages_edition(pool, entry)->owner;
        if (slot < 0)
                return NULL;
        pool->roster.slots[slot] = sandbox_new(owner, entry->language, (uint32_t)slot, primer);
        if (pool->roster.slots[slot])
                metrics_count(METRICS_SANDBOXES_CREATED, 0, 0, 0);
        else
                readiness_failed(&entry->readiness, "out of memory");
        return pool->roster.slots[slot];
}

bool pool_may_start(const struct pool *pool)
{
        return roster_count(&pool->roster, NULL, roster_starting) < STARTS_AT_ONCE;
}

bool pool_is_full(const struct pool *pool)
{
        uint32_t count = roster_count(&pool->roster, NULL, roster_staying);
        for (size_t i = 0; i < pool->next.count; i++) /* lent to nobody before the others go */
                count -= roster_count(&pool->roster, pool->next.list[i]->language, roster_staying);
        return count >= pool->max;
}

static bool has_fewer_than(const struct pool *pool, const struct language *language, uint32_t number)
{
        return roster_count(&pool->roster, language, roster_staying) < number;
}

/* Step 1: images and samples. */

void pool_prepare(struct pool *pool, struct pool_language *entry)
{
        if (readiness_wants_primer(&entry->readiness) && pool_may_start(pool) && pool_make(pool, entry, true))
                readiness_priming(&entry->readiness);
}

/* Step 2: waits. */

/* The sandbox of another language that is idle longest, for at least so long: of languages that have more
 * than their warm minimum, or of any. */
static struct sandbox *spare_of_others(
        const struct pool *pool, const struct language *language, int64_t idle_ms, bool any)
{
        struct sandbox *spare = NULL;
        for (size_t i = 0; i < pool->served.count; i++) {
                const struct language *other = pool->served.list[i]->language;
                if (other == language || (!any && has_fewer_than(pool, other, other->warm + 1)))
                        continue;
                struct sandbox *idle = roster_longest_idle(&pool->roster, other);
                if (idle && (!spare || idle->idle_since_us < spare->idle_since_us))
                        spare = idle;
        }
        return spare && clock_us() - spare->idle_since_us >= idle_ms * 1000 ? spare : NULL;
}

/* Room for one more of a language that somebody waits for. A language that has none at all may also take
 * another's last. */
static bool make_room(struct pool *pool, const struct language *language)
{
        if (!pool_is_full(pool))
                return true;
        struct sandbox *spare = spare_of_others(pool, language, 0, false);
        if (!spare && has_fewer_than(pool, language, 1))
                spare = spare_of_others(pool, language, 0, true);
        if (spare)
                sandbox_event(spare, SANDBOX_DISCARD, "made room for another language");
        return spare != NULL;
}

static bool may_make(const struct pool *pool, const struct pool_language *entry)
{
        return pool->docker_ok && !pool->draining && entry->readiness.state == READINESS_READY &&
               readiness_is_due(&entry->readiness) && pool_may_start(pool) &&
               has_fewer_than(pool, entry->language, entry->language->max);
}

/* Why somebody for whom nothing is idle does not wait any longer; LEASE_GRANTED: go on waiting. What a
 * language has serves on without its image. */
static enum lease_answer refusal(
        const struct pool *pool, const struct pool_wait *wait, const struct pool_language *entry)
{
        if (pool->draining)
                return LEASE_SHUTTING_DOWN;
        if (entry->readiness.state == READINESS_NO_IMAGE && has_fewer_than(pool, wait->language, 1))
                return LEASE_NO_IMAGE;
        if (clock_ms() >= wait->deadline_ms)
                return pool->docker_ok && !*entry->readiness.problem ? LEASE_BUSY : LEASE_UNAVAILABLE;
        return LEASE_GRANTED;
}

/* Waits are served in the order in which they came, so that a language in demand cannot keep another out:
 * what is idle when a wait's turn comes may be lent or removed for it. Each has one turn at least, however
 * short its time. */
static void serve(struct pool *pool, struct pool_wait *wait)
{
        struct pool_language *entry = pool_languages_find(pool, wait->language);
        if (wait->promised && !pool->draining)
                return;
        struct sandbox *sandbox = roster_longest_idle(&pool->roster, wait->language);
        if (sandbox && !pool->draining) {
                wait->promised = sandbox;
                sandbox->wanted_memory_mib = wait->memory_mib;
                sandbox_event(sandbox, SANDBOX_LEASE, NULL);
                return;
        }
        entry->unserved++;
        if (roster_count(&pool->roster, wait->language, roster_coming) < entry->unserved &&
                may_make(pool, entry) && make_room(pool, wait->language))
                pool_make(pool, entry, false);
        enum lease_answer no = refusal(pool, wait, entry);
        if (no != LEASE_GRANTED)
                pool_answer(pool, wait, no, NULL);
}

/* Step 3: the warm minimum, and what is too many or too old. */

static const char *worn_out(const struct pool *pool, const struct sandbox *sandbox)
{
        if (!pool_languages_find(pool, sandbox->language))
                return "the configuration changed";
        if (container_is_used_up(
                    sandbox->language, &sandbox->owner->settings->limits, sandbox->runs, sandbox->uids))
                return "reuse reached";
        if (clock_ms() - sandbox->born_ms >= sandbox->language->max_age_ms)
                return "max_age reached";
        return NULL;
}

/* A burst of one language may have taken the place of others: they get it back when it is over. */
static bool room_for_warm(struct pool *pool, const struct language *language)
{
        if (!pool_is_full(pool))
                return true;
        struct sandbox *spare = spare_of_others(pool, language, BURST_OVER_MS, false);
        if (spare)
                sandbox_event(spare, SANDBOX_DISCARD, "made room for another language");
        return spare != NULL;
}

/* Returns whether the language is below its warm minimum for want of room. */
static bool keep_warm(struct pool *pool, struct pool_language *entry)
{
        while (has_fewer_than(pool, entry->language, entry->language->warm) && may_make(pool, entry)) {
                if (!room_for_warm(pool, entry->language))
                        return true;
                if (!pool_make(pool, entry, false))
                        return false;
        }
        return false;
}

/* Returns when the sandbox wants to be looked at again. */
static int64_t retire(struct pool *pool, struct sandbox *sandbox)
{
        if (sandbox->state != SANDBOX_IDLE)
                return NEVER;
        bool spare = !has_fewer_than(pool, sandbox->language, sandbox->language->warm + 1);
        int64_t idle_end = sandbox->idle_since_us / 1000 + pool->served.edition->settings->idle_ms;
        int64_t age_end = sandbox->born_ms + sandbox->language->max_age_ms;
        const char *why = worn_out(pool, sandbox);
        if (!why && spare && clock_ms() >= idle_end)
                why = "idle too long";
        if (why) {
                sandbox_event(sandbox, SANDBOX_DISCARD, why);
                return NEVER;
        }
        return spare && idle_end < age_end ? idle_end : age_end;
}

static int64_t settle_sandboxes(struct pool *pool)
{
        int64_t next = NEVER;
        for (size_t i = 0; i < ROSTER_SLOTS; i++) {
                struct sandbox *sandbox = pool->roster.slots[i];
                if (!sandbox)
                        continue;
                if (sandbox->deadline_ms && clock_ms() >= sandbox->deadline_ms)
                        sandbox_event(sandbox, SANDBOX_LATE, NULL);
                next = clock_earlier(next, retire(pool, sandbox));
                if (sandbox->state == SANDBOX_GONE) {
                        sandbox_free(sandbox);
                        pool->roster.slots[i] = NULL;
                } else if (sandbox->deadline_ms) {
                        next = clock_earlier(next, sandbox->deadline_ms);
                }
        }
        return next;
}

int64_t pool_settle(struct pool *pool)
{
        int64_t next = settle_sandboxes(pool);
        next = clock_earlier(next, pool_reload_settle(pool));
        for (size_t i = 0; i < pool->served.count; i++)
                pool->served.list[i]->unserved = 0;
        for (struct pool_wait *wait = pool->waits, *after; wait; wait = after) {
                after = wait->next;
                serve(pool, wait);
        }
        for (const struct pool_wait *wait = pool->waits; wait; wait = wait->next)
                if (!wait->promised) /* else it is for its sandbox to be in time */
                        next = clock_earlier(next, wait->deadline_ms);
        for (size_t i = 0; i < pool->served.count; i++) {
                struct pool_language *entry = pool->served.list[i];
                if (pool->docker_ok && !pool->draining)
                        pool_prepare(pool, entry);
                if (keep_warm(pool, entry))
                        next = clock_earlier(next, clock_ms() + BURST_OVER_MS);
                if (pool->docker_ok && !pool->draining && entry->readiness.due_ms > clock_ms())
                        next = clock_earlier(next, entry->readiness.due_ms);
        }
        return next;
}

void pool_set_docker(struct pool *pool, bool ok, const char *cgroup_parent)
{
        pool->cgroup_parent = cgroup_parent;
        pool->served.edition->owner.cgroup_parent = cgroup_parent;
        if (pool->next.edition)
                pool->next.edition->owner.cgroup_parent = cgroup_parent;
        pool->docker_ok = ok;
        for (size_t i = 0; i < pool->served.count && ok; i++)
                readiness_retry(&pool->served.list[i]->readiness);
        for (size_t i = 0; i < pool->next.count && ok; i++)
                readiness_retry(&pool->next.list[i]->readiness);
}

void pool_ask(struct pool *pool, struct pool_wait *wait)
{
        struct pool_wait **at = &pool->waits;
        while (*at)
                at = &(*at)->next;
        wait->next = NULL;
        wait->promised = NULL;
        *at = wait;
}

void pool_forget(struct pool *pool, struct pool_wait *wait)
{
        struct sandbox *promised = wait->promised;
        unlink_wait(pool, wait);
        wait->promised = NULL;
        if (promised)
                sandbox_event(promised, SANDBOX_DISCARD, "nobody waits for it any more");
}

void pool_release(struct pool *pool, struct sandbox *sandbox, bool clean)
{
        const char *why = !clean           ? "not given back clean"
                          : pool->draining ? "shutting down"
                                           : worn_out(pool, sandbox);
        sandbox->holder = NULL;
        sandbox_event(sandbox, why ? SANDBOX_DISCARD : SANDBOX_RELEASE, why);
}

static bool not_leased(const struct sandbox *sandbox)
{
        return sandbox->state != SANDBOX_LEASED;
}

void pool_drain(struct pool *pool)
{
        pool->draining = true;
        roster_event(&pool->roster, not_leased, SANDBOX_DISCARD, "shutting down");
}

void pool_remove_all(struct pool *pool)
{
        roster_event(&pool->roster, roster_any, SANDBOX_DISCARD, "shutting down");
}

struct roster *pool_roster(struct pool *pool)
{
        return &pool->roster;
}
