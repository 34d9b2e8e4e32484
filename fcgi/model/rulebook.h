/* Rules from the inside: for the files that read, choose and apply them. */
#ifndef SANDPOOL_RULEBOOK_H
#define SANDPOOL_RULEBOOK_H

#include "fcgi/model/pattern.h"
#include "fcgi/model/policy.h"

#include <stdint.h>

#define RULES_MAX 2048

/* What a file may not exceed; 0: anything goes. */
struct rule_limits {
        uint32_t bytes, lines, line_length, depth;
};

/* A rule as its file has it. It matches where any of its means does. */
struct rule {
        char *id;
        char *message;
        char *topic;      /* what policies choose by; "" of a policy's own rules */
        int severity;     /* enum severity */
        char **languages; /* ids; NULL: all */
        char **modules;
        char **calls;
        struct pattern **patterns; /* ends with NULL */
        int in;                    /* enum view, of the patterns */
        bool redact;               /* the patterns' first group is a secret */
        struct rule_limits limits;
        bool own; /* stands in a policy's file: for that policy, and those that extend it */
};

/* All rules there are. */
struct rulebook {
        struct rule *rules;
        size_t count;
};

/* Add the rules of a list. languages: of those that name none themselves (NULL: all), copied; own: they stand
 * in a policy's file. Returns 0/-1 with file and line. */
int rulebook_add(struct rulebook *book, const struct yaml *yaml, const struct yaml_node *list,
        char *const *languages, bool own, const struct registry *registry, struct error *err);

/* Read every *.yaml of a folder, which need not exist. */
int rulebook_load(
        struct rulebook *book, const char *folder, const struct registry *registry, struct error *err);
void rulebook_clear(struct rulebook *book);

/* Whether a rule holds for a language. */
bool rulebook_rule_is_for(const struct rule *rule, const char *language);

#endif
