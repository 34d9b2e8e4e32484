/* A YAML file as one tree that remembers the line of everything in it.
 *
 * The names begin with yaml_tree_ because libyaml itself exports yaml_free and others.
 *
 * Only what a settings file needs: maps with unique text keys, lists, text. Anchors, aliases, tags, several
 * documents, files over 1 MiB, more than YAML_ITEMS_MAX entries in one place and deep nesting are refused. */
#ifndef SANDPOOL_YAML_TREE_H
#define SANDPOOL_YAML_TREE_H

#include "fcgi/base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define YAML_FILE_MAX (1024 * 1024)
#define YAML_DEPTH_MAX 16
#define YAML_ITEMS_MAX 4096

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml_node {
        enum yaml_kind kind;
        unsigned line;            /* where it begins, from 1; of a map's value: the line of its key */
        char *key;                /* in a map; else NULL */
        char *text;               /* of YAML_TEXT; never with a NUL inside */
        bool plain;               /* text without quotes */
        struct yaml_node **items; /* of a list or a map, in the file's order */
        size_t count;
};

struct yaml {
        char *path; /* as given to yaml_tree_load, for messages */
        struct yaml_node *root;
};

/* Read a file. The caller frees. NULL with "path:line: what". */
struct yaml *yaml_tree_load(const char *path, struct error *err);
void yaml_tree_free(struct yaml *yaml);

/* The entry of a map, or NULL when map is NULL, no map, or without it. Borrowed. */
const struct yaml_node *yaml_tree_get(const struct yaml_node *map, const char *key);

/* The line of the entry that a path such as "limits.memory" leads to, or of the deepest one on its way that
 * exists: for complaints about how several entries fit together. */
unsigned yaml_tree_line(const struct yaml *yaml, const char *path);

/* Whether a node is text that stands for nothing: an empty value, ~ or null, without quotes. */
bool yaml_tree_is_null(const struct yaml_node *node);

/* Record "path:line: message". Always returns -1. */
int yaml_tree_error(const struct yaml *yaml, unsigned line, struct error *err, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

/* The names (without folder) of the *.yaml files of a folder, sorted, hidden ones left out: NULL-terminated,
 * to free with yaml_tree_strings_free. NULL with err when the folder cannot be read or has more than
 * YAML_ITEMS_MAX. */
char **yaml_tree_files(const char *folder, struct error *err);

/* Free a NULL-terminated list and its strings; NULL is no list. */
void yaml_tree_strings_free(char **strings);

#endif
