/* A policy from the inside: the rules that it chose, language by language. */
#ifndef SANDPOOL_POLICY_CHOSEN_H
#define SANDPOOL_POLICY_CHOSEN_H

#include "fcgi/model/policy_names.h"
#include "fcgi/model/rulebook.h"

/* Whose a module is that a rule leaves out: `-net/url` of a rule about `net`. */
#define GROUP_NOBODY UINT32_MAX

/* The rules of one language. */
struct group {
        const struct rule **rules; /* those that redact first, then the most severe first */
        size_t count;
        struct names modules; /* owner: index in rules */
        struct names calls;   /* key: the last part of the name */
};

struct policy {
        char id[64];
        enum severity block_from;
        const struct registry *registry;
        struct group *groups; /* one for each language of the registry, in its order; NULL: no rules at all */
};

/* What a policy asks for. Lists are borrowed and end with NULL. */
struct choice {
        char *const *topics;   /* NULL: all */
        char *const *allow;    /* ids of rules, modules and calls that are left out; NULL: none */
        const bool *own_rules; /* by index in the rulebook: this own rule is the policy's */
};

/* Choose from the rulebook, which must outlive the policy. Returns 0/-1 (memory); policy_chosen_clear in
 * either case. */
int policy_chosen_fill(struct policy *policy, const struct rulebook *book, const struct choice *choice,
        const struct registry *registry, struct error *err);
void policy_chosen_clear(struct policy *policy);

#endif
