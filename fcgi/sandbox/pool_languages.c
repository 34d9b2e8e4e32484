/* The sets of languages that a pool works with: opening, closing, finding one. */
#include "fcgi/sandbox/pool_state.h"

#include <stdlib.h>

int pool_languages_open(
        struct pool *pool, struct pool_languages *languages, struct edition *edition, struct error *err)
{
        const struct registry *registry = edition->registry;
        for (size_t i = 0; i < registry->count && languages->count < LANGUAGES_MAX; i++) {
                if (!registry->languages[i].enabled)
                        continue;
                struct pool_language *entry = calloc(1, sizeof *entry);
                if (!entry) {
                        pool_languages_close(pool, languages);
                        return error_set(err, "out of memory");
                }
                entry->language = &registry->languages[i];
                readiness_start(&entry->readiness, pool->engine, entry->language);
                languages->list[languages->count++] = entry;
        }
        edition->owner.engine = pool->engine;
        edition->owner.cgroup_parent = pool->cgroup_parent;
        edition->owner.generation = pool->generation;
        edition->owner.changed = pool_changed;
        edition->owner.context = pool;
        languages->edition = edition;
        return 0;
}

void pool_languages_close(struct pool *pool, struct pool_languages *languages)
{
        for (size_t i = 0; i < languages->count; i++) {
                readiness_stop(&languages->list[i]->readiness);
                free(languages->list[i]);
        }
        if (languages->edition) {
                languages->edition->older = pool->old;
                pool->old = languages->edition;
        }
        *languages = (struct pool_languages){0};
}

static struct pool_language *entry_among(
        const struct pool_languages *languages, const struct language *language)
{
        for (size_t i = 0; i < languages->count; i++)
                if (languages->list[i]->language == language)
                        return languages->list[i];
        return NULL;
}

struct pool_language *pool_languages_find(const struct pool *pool, const struct language *language)
{
        struct pool_language *entry = entry_among(&pool->served, language);
        return entry ? entry : entry_among(&pool->next, language);
}

const struct edition *pool_languages_edition(const struct pool *pool, const struct pool_language *entry)
{
        return entry_among(&pool->served, entry->language) ? pool->served.edition : pool->next.edition;
}
