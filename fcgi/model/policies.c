/* All policies: reads their folder, and checks that what names one names one that exists. */
#include "fcgi/model/policy_chosen.h"

#include "fcgi/base/text.h"
#include "fcgi/model/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POLICIES_MAX = 64, CHOICES_MAX = 256, NOT_SAID = -1 };

struct policies {
        struct rulebook book;
        struct policy list[POLICIES_MAX + 1]; /* "off" is the first */
        size_t count;
};

/* A policy's file, before it is known what the others say. */
struct draft {
        struct yaml *yaml;
        char id[64];
        char *description;
        char *extends; /* id; or NULL */
        int block_from;
        char **topics;
        char **allow;
        size_t own_first, own_count; /* its own rules in the rulebook */
};

struct load {
        struct policies *policies;
        const struct registry *registry;
        struct draft drafts[POLICIES_MAX];
        size_t count;
        struct error *err;
};

static int read_later(const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        (void)yaml;
        (void)node;
        (void)target;
        (void)err;
        return 0;
}

#define AT(member) .offset = offsetof(struct draft, member)
static const struct field fields[] = {
        {.key = "id", .kind = FIELD_CHARS, AT(id), .size = 64, .required = true},
        {.key = "description", .kind = FIELD_TEXT, AT(description)},
        {.key = "extends", .kind = FIELD_TEXT, AT(extends), .filled = true},
        {.key = "block_from", .kind = FIELD_WORD, AT(block_from), .words = severity_names},
        {.key = "topics", .kind = FIELD_LIST, AT(topics), .max = CHOICES_MAX},
        {.key = "allow", .kind = FIELD_LIST, AT(allow), .max = CHOICES_MAX},
        {.key = "rules", .kind = FIELD_CUSTOM, .read = read_later},
        {.key = NULL},
};

static int check_id(const struct yaml *yaml, const char *id, struct error *err)
{
        const char *slash = strrchr(yaml->path, '/');
        const char *file = slash != NULL ? slash + 1 : yaml->path;
        unsigned line = yaml_tree_line(yaml, "id");

        if (*id == '\0' || id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_-")] != '\0')
                return yaml_tree_error(
                        yaml, line, err, "'id' must be lower case letters, digits, '_' and '-'");
        if (strcmp(id, "off") == 0)
                return yaml_tree_error(yaml, line, err, "the policy 'off' is built in");
        if (strncmp(file, id, strlen(id)) != 0 || strcmp(file + strlen(id), ".yaml") != 0)
                return yaml_tree_error(yaml, line, err, "'id' is '%s', so the file must be %s.yaml", id, id);
        return 0;
}

static int read_draft(struct load *load, const char *path)
{
        struct draft *draft = &load->drafts[load->count++];
        const struct yaml_node *rules;

        draft->block_from = NOT_SAID;
        draft->own_first = load->policies->book.count;
        draft->yaml = yaml_tree_load(path, load->err);
        if (draft->yaml == NULL)
                return -1;
        if (schema_read(draft->yaml, draft->yaml->root, fields, draft, load->err) < 0 ||
                check_id(draft->yaml, draft->id, load->err) < 0)
                return -1;
        if (draft->extends == NULL && draft->block_from == NOT_SAID)
                return yaml_tree_error(draft->yaml, draft->yaml->root->line, load->err,
                        "'block_from' is missing (or 'extends')");
        rules = yaml_tree_get(draft->yaml->root, "rules");
        if (rules != NULL && rulebook_add(&load->policies->book, draft->yaml, rules, NULL, true,
                                     load->registry, load->err) < 0)
                return -1;
        draft->own_count = load->policies->book.count - draft->own_first;
        return 0;
}

static int read_drafts(struct load *load, const char *folder)
{
        char path[2048];
        char **names = yaml_tree_files(folder, load->err);
        int rc = names != NULL ? 0 : -1;

        for (size_t i = 0; rc == 0 && names[i] != NULL; i++) {
                if (i == POLICIES_MAX)
                        rc = error_set(load->err, "%s: more than %d policies", folder, POLICIES_MAX);
                else if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, names[i]) >= sizeof path)
                        rc = error_set(load->err, "%s: the path is too long", folder);
                else
                        rc = read_draft(load, path);
        }
        yaml_tree_strings_free(names);
        return rc;
}

/* Complain about an entry of a list that names nothing; candidates may be NULL. */
static int names_nothing(
        const struct load *load, const struct draft *draft, const struct yaml_node *node, const char *what)
{
        return yaml_tree_error(draft->yaml, node->line, load->err, "there is no %s '%s'", what, node->text);
}

static bool in_list(char *const *list, const char *text)
{
        for (; list != NULL && *list != NULL; list++)
                if (strcmp(*list, text) == 0)
                        return true;
        return false;
}

/* Every topic is one of a rule, all that is allowed is something that a rule forbids. */
static int check_lists(const struct load *load, const struct draft *draft)
{
        const struct rulebook *book = &load->policies->book;
        const struct yaml_node *topics = yaml_tree_get(draft->yaml->root, "topics");
        const struct yaml_node *allow = yaml_tree_get(draft->yaml->root, "allow");
        size_t rule;

        for (size_t i = 0; topics != NULL && i < topics->count; i++) {
                for (rule = 0; rule < book->count; rule++)
                        if (book->rules[rule].topic != NULL &&
                                strcmp(book->rules[rule].topic, draft->topics[i]) == 0)
                                break;
                if (rule == book->count)
                        return names_nothing(load, draft, topics->items[i], "topic");
        }
        for (size_t i = 0; allow != NULL && i < allow->count; i++) {
                for (rule = 0; rule < book->count; rule++)
                        if (strcmp(book->rules[rule].id, draft->allow[i]) == 0 ||
                                in_list(book->rules[rule].modules, draft->allow[i]) ||
                                in_list(book->rules[rule].calls, draft->allow[i]))
                                break;
                if (rule == book->count)
                        return names_nothing(load, draft, allow->items[i], "rule, module or call");
        }
        return 0;
}

static const struct draft *find_draft(const struct load *load, const char *id)
{
        for (size_t i = 0; i < load->count; i++)
                if (strcmp(load->drafts[i].id, id) == 0)
                        return &load->drafts[i];
        return NULL;
}

/* What a draft says together with those that it extends. */
struct merged {
        int block_from;
        char *const *topics;
        char **allow; /* of texts that are borrowed */
        size_t allow_count;
        bool *own_rules;
};

static int merge(const struct load *load, const struct draft *draft, struct merged *merged)
{
        for (size_t depth = 0; draft != NULL; depth++) {
                const struct draft *base = draft->extends != NULL ? find_draft(load, draft->extends) : NULL;
                unsigned line = yaml_tree_line(draft->yaml, "extends");

                if (draft->extends != NULL && base == NULL)
                        return yaml_tree_error(
                                draft->yaml, line, load->err, "policy '%s' does not exist", draft->extends);
                if (depth == POLICIES_MAX)
                        return yaml_tree_error(
                                draft->yaml, line, load->err, "policies extend each other in a circle");
                if (merged->block_from == NOT_SAID)
                        merged->block_from = draft->block_from;
                if (merged->topics == NULL)
                        merged->topics = draft->topics;
                for (char **one = draft->allow; one != NULL && *one != NULL; one++)
                        merged->allow[merged->allow_count++] = *one;
                for (size_t i = 0; i < draft->own_count; i++)
                        merged->own_rules[draft->own_first + i] = true;
                draft = base;
        }
        return 0;
}

static int finish(struct load *load, const struct draft *draft)
{
        struct policies *policies = load->policies;
        struct policy *policy = &policies->list[policies->count];
        struct merged merged = {.block_from = NOT_SAID};
        int rc = -1;

        merged.allow = calloc(POLICIES_MAX * CHOICES_MAX + 1, sizeof *merged.allow);
        merged.own_rules = calloc(policies->book.count + 1, sizeof *merged.own_rules);
        if (merged.allow == NULL || merged.own_rules == NULL) {
                error_set(load->err, "%s: out of memory", draft->yaml->path);
                goto out;
        }
        if (check_lists(load, draft) < 0 || merge(load, draft, &merged) < 0)
                goto out;
        policies->count++;
        memcpy(policy->id, draft->id, sizeof policy->id);
        policy->block_from = (enum severity)merged.block_from;
        rc = policy_choose(policy, &policies->book,
                &(struct choice){
                        .topics = merged.topics, .allow = merged.allow, .own_rules = merged.own_rules},
                load->registry, load->err);
out:
        free(merged.allow);
        free(merged.own_rules);
        return rc;
}

static void load_clear(struct load *load)
{
        for (size_t i = 0; i < load->count; i++) {
                struct draft *draft = &load->drafts[i];

                free(draft->description);
                free(draft->extends);
                yaml_tree_strings_free(draft->topics);
                yaml_tree_strings_free(draft->allow);
                yaml_tree_free(draft->yaml);
        }
        free(load);
}

static int load_all(struct load *load, const char *folder)
{
        char path[2048];

        if ((size_t)snprintf(path, sizeof path, "%s/rules", folder) >= sizeof path)
                return error_set(load->err, "%s: the path is too long", folder);
        if (rulebook_load(&load->policies->book, path, load->registry, load->err) < 0 ||
                read_drafts(load, folder) < 0)
                return -1;
        for (size_t i = 0; i < load->count; i++)
                if (finish(load, &load->drafts[i]) < 0)
                        return -1;
        return 0;
}

static int missing(const char *path, unsigned line, const char *id, struct error *err)
{
        return error_set(err, "%s:%u: policy '%s' does not exist", path, line, id);
}

static int check_names(const struct policies *policies, const struct settings *settings,
        const struct registry *registry, struct error *err)
{
        if (policies_find(policies, settings->default_policy) == NULL)
                return missing(settings->path, settings->policies_line, settings->default_policy, err);
        for (char **id = settings->selectable_policies; *id != NULL; id++)
                if (policies_find(policies, *id) == NULL)
                        return missing(settings->path, settings->policies_line, *id, err);
        for (size_t i = 0; i < registry->count; i++) {
                const struct language *language = &registry->languages[i];

                if (language->policy != NULL && policies_find(policies, language->policy) == NULL)
                        return missing(language->path, language->policy_line, language->policy, err);
        }
        return 0;
}

struct policies *policies_load(
        const struct settings *settings, const struct registry *registry, struct error *err)
{
        struct policies *policies = calloc(1, sizeof *policies);
        struct load *load = calloc(1, sizeof *load);
        int rc = -1;

        if (policies == NULL || load == NULL) {
                error_set(err, "out of memory");
                free(load);
                goto out;
        }
        policies->list[policies->count++] = (struct policy){.id = "off", .block_from = SEVERITY_CRITICAL};
        *load = (struct load){.policies = policies, .registry = registry, .err = err};
        if (load_all(load, settings->policies_dir) == 0)
                rc = check_names(policies, settings, registry, err);
        load_clear(load);
out:
        if (rc < 0) {
                policies_free(policies);
                return NULL;
        }
        return policies;
}

void policies_free(struct policies *policies)
{
        if (policies == NULL)
                return;
        for (size_t i = 0; i < policies->count; i++)
                policy_clear(&policies->list[i]);
        rulebook_clear(&policies->book);
        free(policies);
}

const struct policy *policies_find(const struct policies *policies, const char *id)
{
        for (size_t i = 0; i < policies->count; i++)
                if (strcmp(policies->list[i].id, id) == 0)
                        return &policies->list[i];
        return NULL;
}
