/* Policies: blocklists that tell people what a sandbox is not for. The container is the boundary, not this.
 */
#ifndef SANDPOOL_POLICY_H
#define SANDPOOL_POLICY_H

#include "fcgi/base/error.h"
#include "fcgi/model/language.h"

#include <stdbool.h>
#include <stddef.h>

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR, SEVERITY_CRITICAL };
extern const char *const severity_names[]; /* "INFO", ...; ends with NULL */

#define VIOLATIONS_MAX 100
#define SNIPPET_SIZE 121

struct violation {
        const char *rule; /* borrowed from the policy */
        enum severity severity;
        const char *message;        /* borrowed from the policy */
        char file[256];             /* "" for a single `code` */
        unsigned line;              /* from 1 */
        unsigned column;            /* from 1, in characters */
        char snippet[SNIPPET_SIZE]; /* the line, trimmed, valid UTF-8 */
};

struct violations {
        struct violation *list; /* most severe first, then by place */
        size_t count;
        bool blocked; /* one of them reaches the policy's block_from */
};

struct policy;
struct policies;

/* Read every *.yaml of the directory; a pattern that does not compile is an error with file and line. The
 * policy "off" always exists. Every rule's languages must exist in the registry, as must each policy that
 * settings or a language name. */
struct policies *policies_load(
        const struct settings *settings, const struct registry *registry, struct error *err);
void policies_free(struct policies *policies);
const struct policy *policies_find(
        const struct policies *policies, const char *id); /* NULL: none; borrowed */

/* Check one file; adds to violations (zero-initialised by the caller; freed by violations_free). name is ""
 * for a single code. Returns 0/-1 (memory, or the pattern library failed otherwise than by a limit). */
int policy_check(const struct policy *policy, const struct language *language, const char *name,
        const char *code, size_t size, struct violations *violations, struct error *err);
void violations_free(struct violations *violations);

#endif
