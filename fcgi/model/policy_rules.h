/* A policy from the inside: for the files that read and that apply it. */
#ifndef SANDPOOL_POLICY_RULES_H
#define SANDPOOL_POLICY_RULES_H

#include "fcgi/model/pattern.h"
#include "fcgi/model/policy.h"

/* A rule as it holds for one language. */
struct rule {
        char *id;
        char *message;
        enum severity severity;
        bool in_strings; /* its pattern may look into strings, but must begin in code */
        struct pattern *pattern;
};

struct rule_group { /* the rules of one language, most severe first */
        char language[LANGUAGE_ID_SIZE];
        struct rule *rules;
        size_t count;
};

struct policy {
        char id[64];
        enum severity block_from;
        struct rule_group *groups;
        size_t group_count;
};

struct policies {
        struct policy *list; /* "off" is the first */
        size_t count;
};

/* Read one file into a zeroed policy; its id must be the file's name. Returns 0/-1; policy_rules_clear in
 * either case. */
int policy_rules_read(
        const char *path, const struct registry *registry, struct policy *policy, struct error *err);
void policy_rules_clear(struct policy *policy);

#endif
