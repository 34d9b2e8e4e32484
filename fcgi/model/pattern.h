/* A regular expression that cannot run away: PCRE2 (UTF, Unicode properties, ^ and $ at each line, JIT) with
 * limits. Not for several threads at once. */
#ifndef SANDPOOL_PATTERN_H
#define SANDPOOL_PATTERN_H

#include "fcgi/base/error.h"

#include <stddef.h>

struct pattern;

/* Compile. name is for the log, copied. The caller frees. NULL with what is wrong and where in the text. */
struct pattern *pattern_new(const char *name, const char *text, struct error *err);

/* The same for subjects that are ASCII: faster. */
struct pattern *pattern_new_ascii(const char *name, const char *text, struct error *err);
void pattern_free(struct pattern *pattern);

/* Where a pattern matched. */
struct pattern_match {
        size_t begin;                  /* where matching began; before start when there is a \K */
        size_t start, end;             /* what matched */
        size_t group_start, group_end; /* the first group; both 0 when it did not take part */
};

/* Look for a match that begins at offset or later; the subject may hold any bytes. Returns 1 and the match; 0
 * when there is none, or when looking took too much (then a log line says so, once a pattern); -1 when the
 * library failed otherwise. */
int pattern_match(struct pattern *pattern, const char *subject, size_t size, size_t offset,
        struct pattern_match *match, struct error *err);

/* The same for who wants to know no more than what matched: [*start, *end). */
int pattern_find(struct pattern *pattern, const char *subject, size_t size, size_t offset, size_t *start,
        size_t *end, struct error *err);

/* How often all patterns of this process took too much so far. */
unsigned long pattern_limit_hits(void);

#endif
