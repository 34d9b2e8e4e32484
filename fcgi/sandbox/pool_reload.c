/* From one edition of the configuration to the next, without a moment in which less is served.
 *
 * Every language of the next edition is a candidate. Its image is looked for, and it is compared with the
 * language of that id that is served now:
 *
 *   the same container, image, commands and sample   nothing is to be shown
 *   the same container and image                     its sample runs once more; the sandboxes there are will
 * do else                                             its sample runs, and its warm sandboxes are made
 *
 * All the while the languages served go on with theirs. When every candidate has come as far as it can, all
 * are served in one step. A candidate that fails although its language works now ends the reload instead. */
#include "fcgi/sandbox/pool_state.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/log.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#define NEVER INT64_MAX
#define DOCKER_PATIENCE_MS 10000 /* it may be restarting */

enum progress { UNDECIDED, DECIDED, FAILED };

static struct pool_language *served_of(const struct pool *pool, const char *id)
{
        for (size_t i = 0; i < pool->served.count; i++)
                if (!strcmp(pool->served.list[i]->language->id, id))
                        return pool->served.list[i];
        return NULL;
}

static struct pool_language *candidate_of(const struct pool *pool, const char *id)
{
        for (size_t i = 0; i < pool->next.count; i++)
                if (!strcmp(pool->next.list[i]->language->id, id))
                        return pool->next.list[i];
        return NULL;
}

static void compare(
        const struct pool *pool, struct pool_language *candidate, const struct pool_language *served)
{
        const struct edition *now = pool->served.edition, *next = pool->next.edition;
        candidate->compared = true;
        if (!served || strcmp(served->readiness.image_id, candidate->readiness.image_id) ||
                !edition_same_container(now, served->language, next, candidate->language))
                return;
        candidate->keeps_sandboxes = true;
        candidate->same = edition_same_sample(now, served->language, next, candidate->language);
}

/* How many sandboxes the candidates have; nobody leases them, so they come on top of the served ones. */
static uint32_t made_ahead(const struct pool *pool)
{
        uint32_t count = 0;
        for (size_t i = 0; i < pool->next.count; i++)
                count += roster_count(&pool->roster, pool->next.list[i]->language, roster_staying);
        return count;
}

/* The warm minimum as far as the pool will have room for it. Returns whether it is there. */
static bool fill(struct pool *pool, struct pool_language *candidate)
{
        const struct language *language = candidate->language;
        uint32_t most = pool_max(pool->next.edition->settings);
        uint32_t wanted = language->warm < language->max ? language->warm : language->max;
        while (roster_count(&pool->roster, language, roster_staying) < wanted && made_ahead(pool) < most &&
                readiness_is_due(&candidate->readiness) && pool_may_start(pool) &&
                pool_make(pool, candidate, false))
                ;
        uint32_t idle = roster_count(&pool->roster, language, roster_idle);
        bool has_room = made_ahead(pool) < most;
        return idle >= wanted || (!has_room && !roster_count(&pool->roster, language, roster_coming));
}

static enum progress bring_further(struct pool *pool, struct pool_language *candidate)
{
        const struct pool_language *served = served_of(pool, candidate->language->id);
        struct readiness *readiness = &candidate->readiness;
        if (candidate->same)
                return DECIDED;
        if (readiness->state == READINESS_UNPRIMED && !candidate->compared) {
                compare(pool, candidate, served);
                if (candidate->same)
                        return DECIDED;
        }
        if (readiness->state == READINESS_NO_IMAGE && candidate->language->enabled == LANGUAGE_AUTO)
                return DECIDED; /* it goes with its image */
        if (*readiness->problem)
                return served && served->readiness.state == READINESS_READY ? FAILED : DECIDED;
        if (pool->docker_ok)
                pool_prepare(pool, candidate);
        if (readiness->state != READINESS_READY)
                return UNDECIDED;
        return candidate->keeps_sandboxes || fill(pool, candidate) ? DECIDED : UNDECIDED;
}

static bool is_candidates(const struct pool *pool, const struct sandbox *sandbox)
{
        return sandbox->owner == &pool->next.edition->owner;
}

static void give_up(struct pool *pool, const char *problem)
{
        for (size_t i = 0; i < ROSTER_SLOTS; i++)
                if (pool->roster.slots[i] && is_candidates(pool, pool->roster.slots[i]))
                        sandbox_event(pool->roster.slots[i], SANDBOX_DISCARD, "its reload was given up");
        pool_languages_close(pool, &pool->next);
        pool->reload_done(pool->reload_context, problem);
}

/* A sandbox of the edition that ends: it goes on as one of the next, or goes when nobody leases it. */
static void hand_over(struct pool *pool, struct sandbox *sandbox, const struct edition *next)
{
        struct pool_language *candidate = candidate_of(pool, sandbox->language->id);
        if (candidate && candidate->keeps_sandboxes) {
                sandbox->language = candidate->language;
                sandbox->owner = &next->owner;
        }
}

static bool is_outdated(const struct pool *pool, const struct sandbox *sandbox)
{
        return !pool_languages_find(pool, sandbox->language) && !roster_leased(sandbox);
}

static void hand_over_waits(struct pool *pool)
{
        for (struct pool_wait *wait = pool->waits, *after; wait; wait = after) {
                const struct pool_language *candidate = candidate_of(pool, wait->language->id);
                after = wait->next;
                if (candidate) {
                        wait->language = candidate->language;
                        continue;
                }
                struct sandbox *promised = wait->promised;
                pool_answer(pool, wait, LEASE_NO_IMAGE, NULL);
                if (promised) /* nobody would ever give it back */
                        sandbox_event(promised, SANDBOX_DISCARD, "the configuration changed");
        }
}

static void commit(struct pool *pool)
{
        struct pool_languages before = pool->served;
        for (size_t i = 0; i < pool->next.count; i++) {
                const struct pool_language *served = served_of(pool, pool->next.list[i]->language->id);
                if (pool->next.list[i]->same)
                        readiness_inherit(&pool->next.list[i]->readiness, &served->readiness);
        }
        for (size_t i = 0; i < ROSTER_SLOTS; i++) {
                struct sandbox *sandbox = pool->roster.slots[i];
                if (sandbox && sandbox->owner == &before.edition->owner)
                        hand_over(pool, sandbox, pool->next.edition);
        }
        hand_over_waits(pool);
        pool->served = pool->next;
        pool->next = (struct pool_languages){0};
        pool->max = pool_max(pool->served.edition->settings);
        pool_languages_close(pool, &before);
        malloc_trim(0); /* what loading took and left */
        for (size_t i = 0; i < ROSTER_SLOTS; i++)
                if (pool->roster.slots[i] && is_outdated(pool, pool->roster.slots[i]))
                        sandbox_event(pool->roster.slots[i], SANDBOX_DISCARD, "the configuration changed");
        pool->reload_done(pool->reload_context, NULL);
}

/* Free editions that have no sandbox any more. */
static void forget_old(struct pool *pool)
{
        for (struct edition **at = &pool->old; *at;) {
                struct edition *edition = *at;
                bool used = false;
                for (size_t i = 0; i < ROSTER_SLOTS && !used; i++)
                        used = pool->roster.slots[i] && pool->roster.slots[i]->owner == &edition->owner;
                if (used) {
                        at = &edition->older;
                        continue;
                }
                *at = edition->older;
                edition_free(edition);
        }
}

/* What a candidate still waits for, for a person. */
static void late(const struct pool *pool, struct error *why)
{
        if (!pool->docker_ok)
                error_set(why, "Docker does not answer");
        for (size_t i = 0; i < pool->next.count; i++) {
                const struct pool_language *candidate = pool->next.list[i];
                if (!candidate->same && candidate->readiness.state != READINESS_READY)
                        error_set(why, "%s was not ready in time", candidate->language->id);
        }
        error_set(why, "its sandboxes were not ready in time");
}

int64_t pool_reload_settle(struct pool *pool)
{
        bool all = true;
        int64_t next = pool->docker_ok ? pool->reload_until_ms : pool->reload_docker_until_ms;
        struct error why = {0};
        forget_old(pool);
        if (!pool->next.edition)
                return NEVER;
        if (pool->draining)
                error_set(&why, "the service is shutting down");
        else if (clock_ms() >= (pool->docker_ok ? pool->reload_until_ms : pool->reload_docker_until_ms))
                late(pool, &why);
        for (size_t i = 0; i < pool->next.count && !*why.text; i++) {
                struct pool_language *candidate = pool->next.list[i];
                enum progress progress = bring_further(pool, candidate);
                all = all && progress == DECIDED;
                if (progress == FAILED)
                        error_set(&why, "%s: %s", candidate->language->path, candidate->readiness.problem);
                if (candidate->readiness.due_ms > clock_ms())
                        next = clock_earlier(next, candidate->readiness.due_ms);
        }
        if (*why.text)
                give_up(pool, why.text);
        else if (all)
                commit(pool);
        else
                return next;
        return clock_ms(); /* what became of it is to be settled */
}

int pool_reload(
        struct pool *pool, struct edition *edition, pool_reloaded *done, void *context, struct error *err)
{
        if (pool->next.edition)
                return error_set(err, "another reload is under way");
        if (pool_languages_open(pool, &pool->next, edition, err))
                return -1;
        pool->reload_until_ms = clock_ms() + POOL_RELOAD_MAX_MS;
        pool->reload_docker_until_ms = clock_ms() + DOCKER_PATIENCE_MS;
        pool->reload_done = done;
        pool->reload_context = context;
        return 0;
}
