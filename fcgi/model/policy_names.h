/* Names of modules or calls that rules are about, found by hash. */
#ifndef SANDPOOL_POLICY_NAMES_H
#define SANDPOOL_POLICY_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A name and what it belongs to. Names are borrowed. */
struct name {
        const char *text;
        const char *key; /* a part of text, up to its end */
        uint32_t owner;
        uint32_t next; /* of the same bucket: its index + 1 */
};

/* Zero-initialise. */
struct names {
        struct name *list;
        size_t count, room;
        uint32_t *buckets;   /* index + 1 */
        size_t bucket_count; /* a power of two */
        bool ignore_case;
};

/* Add a name; before policy_names_index. key: see struct name. Returns 0/-1 (memory). */
int policy_names_add(struct names *names, const char *text, const char *key, uint32_t owner);

/* After the last policy_names_add. Returns 0/-1 (memory). */
int policy_names_index(struct names *names);
void policy_names_clear(struct names *names);

/* The next name whose key is these bytes, behind `after` (NULL: the first one), or NULL. */
const struct name *policy_names_find(
        const struct names *names, const char *key, size_t size, const struct name *after);

/* Compare as the names do: size bytes of any text, which need not end with a NUL, and a string. */
bool policy_names_equal(const struct names *names, const char *text, size_t size, const char *other);

#endif
