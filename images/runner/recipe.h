/* How the image's language is compiled and run: what `make images` baked in from its YAML. */
#ifndef RUNNER_RECIPE_H
#define RUNNER_RECIPE_H

#include "images/runner/plan.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define RECIPE_PATH "/sandpool/language.json"

struct recipe {
        json_t *root; /* owns all the rest */
        const char *id, *name, *version, *source;
        json_t *compile, *run; /* arrays of strings; compile NULL: interpreted */
        json_t *env;           /* object of strings */
        double timeout, timeout_max, compile_timeout;
        json_int_t memory_mib, output_bytes, file_bytes, open_files;
};

/* A fault when the file is missing or not as it must be. */
void recipe_load(struct recipe *recipe, const char *path);
void recipe_free(struct recipe *recipe);

/* Add a command to the plan's program 0: {source} and {name} are made from names[0], an argument {files}
 * becomes every name with the extension of the language's own source name (and names[0] in any case). Then
 * the environment. Returns 0, or -1 when it does not fit. */
int recipe_plan(const struct recipe *recipe, json_t *command, const char *const *names, size_t count,
        struct plan *plan);

#endif
