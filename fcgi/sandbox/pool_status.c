/* How a pool is, how long resets take, and why sandboxes leave it. */
#include "fcgi/base/clock.h"
#include "fcgi/base/metrics.h"
#include "fcgi/sandbox/pool_state.h"

#include <stdio.h>
#include <string.h>

/* A language that is served when its image exists is none of ours while it does not. */
static bool is_expected(const struct pool_language *entry)
{
        return entry->language->enabled != LANGUAGE_AUTO || entry->readiness.state >= READINESS_UNPRIMED;
}

void pool_status(const struct pool *pool, struct broker_status *status)
{
        status->draining = pool->draining;
        status->ready_ms = pool->ready_ms;
        status->sandboxes = roster_count(&pool->roster, NULL, roster_any);
        for (const struct pool_wait *wait = pool->waits; wait; wait = wait->next)
                status->waiting++;
        for (size_t i = 0; i < pool->served.count; i++) {
                const struct pool_language *entry = pool->served.list[i];
                if (!is_expected(entry))
                        continue;
                struct broker_language *out = &status->languages[status->language_count++];
                snprintf(out->id, sizeof out->id, "%s", entry->language->id);
                snprintf(out->problem, sizeof out->problem, "%s", entry->readiness.problem);
                out->image = entry->readiness.state >= READINESS_UNPRIMED;
                out->sample_ok = entry->readiness.state == READINESS_READY;
                out->idle = roster_count(&pool->roster, entry->language, roster_idle);
                out->leased = roster_count(&pool->roster, entry->language, roster_leased);
                out->starting = roster_count(&pool->roster, entry->language, roster_coming);
                out->removing = roster_count(&pool->roster, entry->language, roster_any) -
                                roster_count(&pool->roster, entry->language, roster_staying);
                out->proof_ms = entry->readiness.proof_ms;
        }
}

bool pool_status_is_warm(const struct pool *pool)
{
        bool warm = pool->docker_ok;
        for (size_t i = 0; i < pool->served.count && warm; i++) {
                const struct pool_language *entry = pool->served.list[i];
                uint32_t idle = roster_count(&pool->roster, entry->language, roster_idle);
                warm = *entry->readiness.problem ||
                       (entry->readiness.state == READINESS_READY &&
                               (idle >= entry->language->warm || pool_is_full(pool)));
        }
        return warm;
}

void pool_status_count_removal(const struct sandbox *sandbox)
{
        /* The words of sandbox_event's callers; all else is a failure. */
        static const struct {
                const char *why, *word;
        } words[] = {{"reuse reached", "reuse"}, {"max_age reached", "max_age"}, {"idle too long", "idle"},
                {"made room for another language", "room"}, {"the configuration changed", "configuration"},
                {"its reload was given up", "configuration"}, {"shutting down", "shutdown"},
                {"its worker is gone", "worker_gone"}, {"held too long", "held_too_long"},
                {"not given back clean", "unclean"}, {"nobody waits for it any more", "not_wanted"},
                {"done", "proven"}, {"took too long", "late"}};
        const char *word = "failed";
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
                if (!strcmp(sandbox->why, words[i].why))
                        word = words[i].word;
        metrics_count(METRICS_SANDBOXES_REMOVED, metrics_label(METRICS_SANDBOXES_REMOVED, 0, word), 0, 0);
}

static void time_reset(struct sandbox *sandbox)
{
        if (sandbox->state == SANDBOX_DRAINING)
                sandbox->released_us = clock_us();
        if (sandbox->state != SANDBOX_IDLE || !sandbox->released_us)
                return;
        metrics_observe(METRICS_RESET_SECONDS, 0, clock_us() - sandbox->released_us);
        sandbox->released_us = 0;
}

void pool_status_time(struct pool *pool, struct sandbox *sandbox, enum sandbox_state before)
{
        if (sandbox->state == SANDBOX_IDLE && !sandbox->runs && before != SANDBOX_PINGING)
                pool->ready_ms = (uint32_t)(clock_ms() - sandbox->born_ms);
        time_reset(sandbox);
}
