/* Chooses the rules of a policy for each language. */
#include "fcgi/model/policy_chosen.h"

#include <stdlib.h>
#include <string.h>

static bool in_list(char *const *list, const char *text)
{
        for (; list != NULL && *list != NULL; list++)
                if (strcmp(*list, text) == 0)
                        return true;
        return false;
}

static bool is_chosen(const struct rulebook *book, size_t index, const struct choice *choice)
{
        const struct rule *rule = &book->rules[index];

        if (in_list(choice->allow, rule->id))
                return false;
        if (rule->own)
                return choice->own_rules[index];
        return choice->topics == NULL || in_list(choice->topics, rule->topic);
}

static bool comes_before(const struct rule *a, const struct rule *b)
{
        return a->redact != b->redact ? a->redact : a->severity > b->severity;
}

/* Put a rule behind those that come before it. There is room. */
static void add_rule(struct group *group, const struct rule *rule)
{
        size_t at = group->count++;

        for (; at > 0 && comes_before(rule, group->rules[at - 1]); at--)
                group->rules[at] = group->rules[at - 1];
        group->rules[at] = rule;
}

/* Where the last part of a call's name begins: os.system, .exec, std::system. */
static const char *last_part(const struct syntax *syntax, const char *name)
{
        const char *last = name;

        for (char **one = syntax->separators; one != NULL && *one != NULL; one++)
                for (const char *at = name; **one != '\0' && (at = strstr(at, *one)) != NULL;) {
                        at += strlen(*one);
                        if (at > last)
                                last = at;
                }
        return last;
}

static int add_names(struct group *group, const struct syntax *syntax, char *const *allow, uint32_t owner)
{
        const struct rule *rule = group->rules[owner];

        for (char **name = rule->modules; name != NULL && *name != NULL; name++) {
                bool exempt = **name == '-';

                if (!in_list(allow, *name) && policy_names_add(&group->modules, *name + exempt,
                                                      *name + exempt, exempt ? GROUP_NOBODY : owner) < 0)
                        return -1;
        }
        for (char **name = rule->calls; name != NULL && *name != NULL; name++)
                if (!in_list(allow, *name) &&
                        policy_names_add(&group->calls, *name, last_part(syntax, *name), owner) < 0)
                        return -1;
        return 0;
}

static int fill_group(struct group *group, const struct rulebook *book, const struct choice *choice,
        const struct language *language)
{
        group->rules = calloc(book->count + 1, sizeof *group->rules);
        if (group->rules == NULL)
                return -1;
        group->modules.ignore_case = group->calls.ignore_case = language->syntax->ignore_case;
        for (size_t i = 0; i < book->count; i++)
                if (is_chosen(book, i, choice) && rulebook_rule_is_for(&book->rules[i], language->id))
                        add_rule(group, &book->rules[i]);
        for (size_t i = 0; i < group->count; i++)
                if (add_names(group, language->syntax, choice->allow, (uint32_t)i) < 0)
                        return -1;
        return policy_names_index(&group->modules) < 0 || policy_names_index(&group->calls) < 0 ? -1 : 0;
}

int policy_chosen_fill(struct policy *policy, const struct rulebook *book, const struct choice *choice,
        const struct registry *registry, struct error *err)
{
        policy->registry = registry;
        policy->groups = calloc(registry->count + 1, sizeof *policy->groups);
        if (policy->groups == NULL)
                return error_set(err, "out of memory");
        for (size_t i = 0; i < registry->count; i++)
                if (fill_group(&policy->groups[i], book, choice, &registry->languages[i]) < 0)
                        return error_set(err, "out of memory");
        return 0;
}

void policy_chosen_clear(struct policy *policy)
{
        for (size_t i = 0; policy->groups != NULL && i < policy->registry->count; i++) {
                free(policy->groups[i].rules);
                policy_names_clear(&policy->groups[i].modules);
                policy_names_clear(&policy->groups[i].calls);
        }
        free(policy->groups);
        policy->groups = NULL;
}
