/* What pool.c, pool_languages.c, pool_reload.c and pool_status.c work on. Nobody else includes this. */
#ifndef SANDPOOL_POOL_STATE_H
#define SANDPOOL_POOL_STATE_H

#include "fcgi/sandbox/edition.h"
#include "fcgi/sandbox/pool.h"
#include "fcgi/sandbox/readiness.h"

struct pool_language {
        const struct language *language;
        struct readiness readiness;
        uint32_t unserved; /* waits of this round for which nothing was idle */

        /* Of a reload's candidate, once its image was found. */
        bool compared;
        bool keeps_sandboxes; /* those that are there are as it wants them */
        bool same;            /* and its sample need not run again */
};

/* A set of languages of one edition. Each is a piece of memory of its own, because calls under way point to
 * it. */
struct pool_languages {
        struct edition *edition;
        size_t count;
        struct pool_language *list[LANGUAGES_MAX];
};

struct pool {
        struct engine *engine;
        struct pool_hooks hooks;
        uint32_t max;
        const char *cgroup_parent; /* borrowed */
        unsigned generation;
        bool docker_ok;
        bool draining;
        uint32_t ready_ms; /* as in struct broker_status */
        struct pool_wait *waits;
        struct roster roster;
        struct pool_languages served;
        struct pool_languages next; /* of a reload under way; edition NULL: none */
        int64_t reload_until_ms, reload_docker_until_ms;
        pool_reloaded *reload_done;
        void *reload_context;
        struct edition *old; /* editions that a sandbox still belongs to */
};

/* How many sandboxes the settings allow. */
uint32_t pool_max(const struct settings *settings);

/* Fill languages with the enabled ones of an edition, which it takes over. 0/-1 with err: then the edition is
 * the caller's. */
int pool_languages_open(
        struct pool *pool, struct pool_languages *languages, struct edition *edition, struct error *err);

/* Forget the languages and what is under way for them; the edition is kept until its last sandbox is gone. */
void pool_languages_close(struct pool *pool, struct pool_languages *languages);

/* The entry of exactly this language, of both sets; NULL: it is not served any more. */
struct pool_language *pool_languages_find(const struct pool *pool, const struct language *language);

/* Which edition an entry is of. */
const struct edition *pool_languages_edition(const struct pool *pool, const struct pool_language *entry);

/* sandbox_owner's changed. */
void pool_changed(void *context, struct sandbox *sandbox, enum sandbox_state before);

/* Whether there are as many sandboxes as there may be; those of a reload's candidates do not count. */
bool pool_is_full(const struct pool *pool);

/* A sandbox is being removed: count why. */
void pool_status_count_removal(const struct sandbox *sandbox);

/* A sandbox's state changed: time how it got ready, the first time and after each lease. */
void pool_status_time(struct pool *pool, struct sandbox *sandbox, enum sandbox_state before);

/* Begin to make a sandbox. NULL when there is no slot or no memory. */
struct sandbox *pool_make(struct pool *pool, struct pool_language *entry, bool primer);
bool pool_may_start(const struct pool *pool);

/* Look for the entry's image and run its sample when that is due. */
void pool_prepare(struct pool *pool, struct pool_language *entry);

/* Answer a wait. */
void pool_answer(struct pool *pool, struct pool_wait *wait, enum lease_answer word, struct sandbox *sandbox);

/* Bring a reload further; called by pool_settle. Returns when it wants to be called again (clock_ms). */
int64_t pool_reload_settle(struct pool *pool);

#endif
