/* Fills a struct from a YAML map by a table: one row a key. */
#ifndef SANDPOOL_SCHEMA_H
#define SANDPOOL_SCHEMA_H

#include "fcgi/base/error.h"
#include "fcgi/model/yaml_tree.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCHEMA_FIELDS_MAX 40 /* rows of one table */

/* What people write a number in, and what it is stored as. */
struct unit {
        const char *name; /* "seconds", "" for a mere count */
        uint32_t factor;  /* stored = written x factor, which must come out whole */
        struct unit_suffix {
                const char *text; /* "MiB" behind the number */
                uint32_t factor;  /* then stored = written x this */
        } suffixes[3];            /* ends with a text of NULL */
};
extern const struct unit schema_count;   /* as it is */
extern const struct unit schema_seconds; /* stored in ms */
extern const struct unit schema_cpus;    /* stored in percent */
extern const struct unit schema_mib;     /* stored in MiB; "128", "128 MiB", "1 GiB" */
extern const struct unit schema_bytes;   /* stored in bytes; "50000", "4 KiB", "1 MiB" */

enum field_kind {
        FIELD_CHARS,  /* char[size]; too long is an error */
        FIELD_TEXT,   /* char *, malloc'd; what was there is freed */
        FIELD_BOOL,   /* bool: true or false */
        FIELD_NUMBER, /* uint32_t within [min, max], in stored units */
        FIELD_LIMIT,  /* struct limit: a number is the default, or {default, min, max}; what is not named
                         stays.  All within [min, max] */
        FIELD_WORD,   /* int: index of one of words */
        FIELD_LIST,   /* char **, malloc'd, NULL-terminated; of at most max texts; what was there is freed */
        FIELD_MAP,    /* a map, by the table fields, into the same struct */
        FIELD_CUSTOM, /* whatever read makes of it */
        FIELD_APART,  /* any value: it is a key, and read apart from the table */
};

struct field {
        const char *key; /* NULL ends a table */
        enum field_kind kind;
        size_t offset; /* of the member in the struct */
        size_t size;   /* FIELD_CHARS */
        const struct unit *unit;
        uint32_t min, max;
        bool required; /* must be there */
        bool filled;   /* text must not be empty, a list must have an entry */
        const char *const *words;
        const struct field *fields;
        /* target is the struct. Returns 0/-1. */
        int (*read)(const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err);
};

/* Read a map. Members of keys that are not there keep their value. Unknown keys, missing required keys, wrong
 * types and values out of range are errors with file and line. On failure the target holds what was read so
 * far, and is to be freed as usual. Returns 0/-1. */
int schema_read(const struct yaml *yaml, const struct yaml_node *map, const struct field *fields,
        void *target, struct error *err);

/* A list of texts as FIELD_LIST reads it. The caller frees with yaml_tree_strings_free. NULL with err. */
char **schema_list(const struct yaml *yaml, const struct yaml_node *node, uint32_t max, struct error *err);

#endif
