/* Reads the policies' own files, and says what one chooses together with those that it extends. */
#include "fcgi/model/policy_drafts.h"

#include "fcgi/model/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHOICES_MAX = 256, NOT_SAID = -1 };

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

struct policy_drafts {
        struct rulebook *book;
        const struct registry *registry;
        struct draft list[POLICIES_MAX];
        size_t count;
        struct error *err; /* of the call at hand */
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

static int read_draft(struct policy_drafts *drafts, const char *path)
{
        struct draft *draft = &drafts->list[drafts->count++];
        const struct yaml_node *rules;

        draft->block_from = NOT_SAID;
        draft->own_first = drafts->book->count;
        draft->yaml = yaml_tree_load(path, drafts->err);
        if (draft->yaml == NULL)
                return -1;
        if (schema_read(draft->yaml, draft->yaml->root, fields, draft, drafts->err) < 0 ||
                check_id(draft->yaml, draft->id, drafts->err) < 0)
                return -1;
        if (draft->extends == NULL && draft->block_from == NOT_SAID)
                return yaml_tree_error(draft->yaml, draft->yaml->root->line, drafts->err,
                        "'block_from' is missing (or 'extends')");
        rules = yaml_tree_get(draft->yaml->root, "rules");
        if (rules != NULL &&
                rulebook_add(drafts->book, draft->yaml, rules, NULL, true, drafts->registry, drafts->err) < 0)
                return -1;
        draft->own_count = drafts->book->count - draft->own_first;
        return 0;
}

static int read_all(struct policy_drafts *drafts, const char *folder)
{
        char path[2048];
        char **names = yaml_tree_files(folder, drafts->err);
        int rc = names != NULL ? 0 : -1;

        for (size_t i = 0; rc == 0 && names[i] != NULL; i++) {
                if (i == POLICIES_MAX)
                        rc = error_set(drafts->err, "%s: more than %d policies", folder, POLICIES_MAX);
                else if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, names[i]) >= sizeof path)
                        rc = error_set(drafts->err, "%s: the path is too long", folder);
                else
                        rc = read_draft(drafts, path);
        }
        yaml_tree_strings_free(names);
        return rc;
}

/* Complain about an entry of a list that names nothing; candidates may be NULL. */
static int names_nothing(const struct policy_drafts *drafts, const struct draft *draft,
        const struct yaml_node *node, const char *what)
{
        return yaml_tree_error(draft->yaml, node->line, drafts->err, "there is no %s '%s'", what, node->text);
}

static bool in_list(char *const *list, const char *text)
{
        for (; list != NULL && *list != NULL; list++)
                if (strcmp(*list, text) == 0)
                        return true;
        return false;
}

/* Every topic is one of a rule, all that is allowed is something that a rule forbids. */
static int check_lists(const struct policy_drafts *drafts, const struct draft *draft)
{
        const struct rulebook *book = drafts->book;
        const struct yaml_node *topics = yaml_tree_get(draft->yaml->root, "topics");
        const struct yaml_node *allow = yaml_tree_get(draft->yaml->root, "allow");
        size_t rule;

        for (size_t i = 0; topics != NULL && i < topics->count; i++) {
                for (rule = 0; rule < book->count; rule++)
                        if (book->rules[rule].topic != NULL &&
                                strcmp(book->rules[rule].topic, draft->topics[i]) == 0)
                                break;
                if (rule == book->count)
                        return names_nothing(drafts, draft, topics->items[i], "topic");
        }
        for (size_t i = 0; allow != NULL && i < allow->count; i++) {
                for (rule = 0; rule < book->count; rule++)
                        if (strcmp(book->rules[rule].id, draft->allow[i]) == 0 ||
                                in_list(book->rules[rule].modules, draft->allow[i]) ||
                                in_list(book->rules[rule].calls, draft->allow[i]))
                                break;
                if (rule == book->count)
                        return names_nothing(drafts, draft, allow->items[i], "rule, module or call");
        }
        return 0;
}

static const struct draft *find_draft(const struct policy_drafts *drafts, const char *id)
{
        for (size_t i = 0; i < drafts->count; i++)
                if (strcmp(drafts->list[i].id, id) == 0)
                        return &drafts->list[i];
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

static int merge(const struct policy_drafts *drafts, const struct draft *draft, struct merged *merged)
{
        for (size_t depth = 0; draft != NULL; depth++) {
                const struct draft *base = draft->extends != NULL ? find_draft(drafts, draft->extends) : NULL;
                unsigned line = yaml_tree_line(draft->yaml, "extends");

                if (draft->extends != NULL && base == NULL)
                        return yaml_tree_error(
                                draft->yaml, line, drafts->err, "policy '%s' does not exist", draft->extends);
                if (depth == POLICIES_MAX)
                        return yaml_tree_error(
                                draft->yaml, line, drafts->err, "policies extend each other in a circle");
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

int policy_drafts_finish(struct policy_drafts *drafts, size_t index, struct policy *policy, struct error *err)
{
        const struct draft *draft = &drafts->list[index];
        struct merged merged = {.block_from = NOT_SAID};
        int rc = -1;

        drafts->err = err;
        merged.allow = calloc(POLICIES_MAX * CHOICES_MAX + 1, sizeof *merged.allow);
        merged.own_rules = calloc(drafts->book->count + 1, sizeof *merged.own_rules);
        if (merged.allow == NULL || merged.own_rules == NULL) {
                error_set(err, "%s: out of memory", draft->yaml->path);
                goto out;
        }
        if (check_lists(drafts, draft) < 0 || merge(drafts, draft, &merged) < 0)
                goto out;
        memcpy(policy->id, draft->id, sizeof policy->id);
        policy->block_from = (enum severity)merged.block_from;
        rc = policy_chosen_fill(policy, drafts->book,
                &(struct choice){
                        .topics = merged.topics, .allow = merged.allow, .own_rules = merged.own_rules},
                drafts->registry, err);
out:
        free(merged.allow);
        free(merged.own_rules);
        return rc;
}

struct policy_drafts *policy_drafts_read(
        const char *folder, struct rulebook *book, const struct registry *registry, struct error *err)
{
        struct policy_drafts *drafts = calloc(1, sizeof *drafts);

        if (drafts == NULL) {
                error_set(err, "out of memory");
                return NULL;
        }
        *drafts = (struct policy_drafts){.book = book, .registry = registry, .err = err};
        if (read_all(drafts, folder) < 0) {
                policy_drafts_free(drafts);
                return NULL;
        }
        return drafts;
}

size_t policy_drafts_count(const struct policy_drafts *drafts)
{
        return drafts->count;
}

void policy_drafts_free(struct policy_drafts *drafts)
{
        for (size_t i = 0; drafts != NULL && i < drafts->count; i++) {
                struct draft *draft = &drafts->list[i];

                free(draft->description);
                free(draft->extends);
                yaml_tree_strings_free(draft->topics);
                yaml_tree_strings_free(draft->allow);
                yaml_tree_free(draft->yaml);
        }
        free(drafts);
}
