/* A hash table of names with chains; built once, then only read. */
#include "fcgi/model/policy_names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* FNV-1a, without regard to case: so that one table serves both kinds of languages. */
static uint32_t hash(const char *text, size_t size)
{
        uint32_t value = 2166136261u;

        for (size_t i = 0; i < size; i++)
                value = (value ^ (uint32_t)tolower((unsigned char)text[i])) * 16777619u;
        return value;
}

int policy_names_add(struct names *names, const char *text, const char *key, uint32_t owner)
{
        if (names->count == names->room) {
                size_t room = names->room > 0 ? 2 * names->room : 32;
                struct name *list = realloc(names->list, room * sizeof *list);

                if (list == NULL)
                        return -1;
                names->list = list;
                names->room = room;
        }
        names->list[names->count++] = (struct name){.text = text, .key = key, .owner = owner};
        return 0;
}

int policy_names_index(struct names *names)
{
        if (names->count == 0)
                return 0;
        for (names->bucket_count = 4; names->bucket_count < 4 * names->count;)
                names->bucket_count *= 2;
        names->buckets = calloc(names->bucket_count, sizeof *names->buckets);
        if (names->buckets == NULL)
                return -1;
        for (size_t i = 0; i < names->count; i++) {
                struct name *name = &names->list[i];
                size_t bucket = hash(name->key, strlen(name->key)) & (names->bucket_count - 1);

                name->next = names->buckets[bucket];
                names->buckets[bucket] = (uint32_t)i + 1;
        }
        return 0;
}

void policy_names_clear(struct names *names)
{
        free(names->list);
        free(names->buckets);
        *names = (struct names){0};
}

bool policy_names_equal(const struct names *names, const char *text, size_t size, const char *other)
{
        if (strlen(other) != size) /* text may have NULs, where the two would seem to end alike */
                return false;
        return (names->ignore_case ? strncasecmp(text, other, size) : memcmp(text, other, size)) == 0;
}

const struct name *policy_names_find(
        const struct names *names, const char *key, size_t size, const struct name *after)
{
        uint32_t next;

        if (names->count == 0)
                return NULL;
        next = after != NULL ? after->next : names->buckets[hash(key, size) & (names->bucket_count - 1)];
        for (; next != 0; next = names->list[next - 1].next)
                if (policy_names_equal(names, key, size, names->list[next - 1].key))
                        return &names->list[next - 1];
        return NULL;
}
