/* A regular expression that cannot run away: PCRE2 (UTF, Unicode properties, ^ and $ at each line, JIT) with
 * limits. Not for several threads at once. */
#ifndef SANDPOOL_PATTERN_H
#define SANDPOOL_PATTERN_H

#include "fcgi/base/error.h"

#include <stddef.h>

struct pattern;

/* Compile. name is for the log, copied. The caller frees. NULL with what is wrong and where in the text. */
struct pattern *pattern_new(const char *name, const char *text, struct error *err);
void pattern_free(struct pattern *pattern);

/* Look for a match that begins at offset or later; the subject may hold any bytes. Returns 1 and the match in
 * [*start, *end); 0 when there is none, or when looking took too much (then a log line says so, once a
 * pattern); -1 when the library failed otherwise. */
int pattern_find(struct pattern *pattern, const char *subject, size_t size, size_t offset, size_t *start,
        size_t *end, struct error *err);

#endif
