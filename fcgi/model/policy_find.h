/* Finds where the rules of a policy match in one file. */
#ifndef SANDPOOL_POLICY_FIND_H
#define SANDPOOL_POLICY_FIND_H

#include "fcgi/model/policy_chosen.h"

/* What stands for a secret in struct find's shown: no text has it, because text is shown without control
 * characters. */
#define FIND_SECRET '\1'

struct hit {
        size_t at;     /* byte of the code */
        uint32_t rule; /* index in the group */
};

/* One file under the rules. */
struct find {
        const struct syntax *syntax;
        const struct group *group;
        const char *code;
        size_t size;
        char *bare;      /* comments blanked */
        char *code_only; /* texts too */
        char *shown;     /* the code; each byte of a secret is FIND_SECRET */
        size_t too_deep; /* see mask_code */
        struct hit *hits;
        size_t hit_count, hit_room;
        uint8_t *found; /* by rule: how many hits, at most VIOLATIONS_MAX */
};

/* Prepare a zeroed find and look for all rules. Returns 0/-1 (memory, or the pattern library failed otherwise
 * than by a limit); policy_find_clear in either case. */
int policy_find_all(struct find *find, const struct syntax *syntax, const struct group *group,
        const char *code, size_t size, struct error *err);
void policy_find_clear(struct find *find);

/* For the files that look for one kind of thing. A rule that was found often enough is not added again.
 * Returns 0/-1 (memory). */
int policy_find_add(struct find *find, uint32_t rule, size_t at, struct error *err);

/* Whether a match counts: what begins inside of a text only speaks of it, where the view asks for code. */
bool policy_find_begins(const struct find *find, int view, const struct pattern_match *match);

/* The means of a rule. Each returns 0/-1. */
int policy_find_modules(struct find *find, struct error *err);
int policy_find_calls(struct find *find, struct error *err);
int policy_find_exceeded(struct find *find, struct error *err);

#endif
