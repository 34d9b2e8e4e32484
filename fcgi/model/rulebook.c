/* Reads rules: conf/policies/rules/<name>.yaml, and the `rules` of a policy's own file. */
#include "fcgi/model/rulebook.h"

#include "fcgi/model/schema.h"
#include "fcgi/model/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 512, PATTERNS_MAX = 32, NAME_MAX_BYTES = 128, LIMIT_MAX = 1 << 30 };

static int read_later(const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        (void)yaml;
        (void)node;
        (void)target;
        (void)err;
        return 0;
}

#define AT(member) .offset = offsetof(struct rule, member)
#define LIMIT(name, u)                                                                                       \
        {                                                                                                    \
                .key = #name, .kind = FIELD_NUMBER, AT(limits.name), .unit = &schema_##u, .min = 1,          \
                .max = LIMIT_MAX                                                                             \
        }
static const struct field limit_fields[] = {LIMIT(bytes, bytes), LIMIT(lines, count),
        LIMIT(line_length, count), LIMIT(depth, count), {.key = NULL}};
#define LIST(name, most)                                                                                     \
        {                                                                                                    \
                .key = #name, .kind = FIELD_LIST, AT(name), .max = (most), .filled = true                    \
        }
static const struct field rule_fields[] = {
        {.key = "id", .kind = FIELD_TEXT, AT(id), .required = true, .filled = true},
        {.key = "topic", .kind = FIELD_TEXT, AT(topic), .filled = true},
        {.key = "severity", .kind = FIELD_WORD, AT(severity), .words = severity_names, .required = true},
        {.key = "message", .kind = FIELD_TEXT, AT(message), .required = true, .filled = true},
        LIST(languages, LANGUAGES_MAX),
        LIST(modules, NAMES_MAX),
        LIST(calls, NAMES_MAX),
        {.key = "pattern", .kind = FIELD_CUSTOM, .read = read_later},
        {.key = "in", .kind = FIELD_WORD, AT(in), .words = view_names},
        {.key = "redact", .kind = FIELD_BOOL, AT(redact)},
        {.key = "limit", .kind = FIELD_MAP, .fields = limit_fields},
        {.key = NULL},
};

static void rule_clear(struct rule *rule)
{
        for (struct pattern **one = rule->patterns; one != NULL && *one != NULL; one++)
                pattern_free(*one);
        free(rule->patterns);
        free(rule->id);
        free(rule->message);
        free(rule->topic);
        yaml_tree_strings_free(rule->languages);
        yaml_tree_strings_free(rule->modules);
        yaml_tree_strings_free(rule->calls);
}

void rulebook_clear(struct rulebook *book)
{
        for (size_t i = 0; i < book->count; i++)
                rule_clear(&book->rules[i]);
        free(book->rules);
        *book = (struct rulebook){0};
}

bool rulebook_rule_is_for(const struct rule *rule, const char *language)
{
        if (rule->languages == NULL)
                return true;
        for (char **one = rule->languages; *one != NULL; one++)
                if (strcmp(*one, language) == 0)
                        return true;
        return false;
}

/* One pattern or a list of them. */
static int read_patterns(
        const struct yaml *yaml, const struct yaml_node *node, struct rule *rule, struct error *err)
{
        size_t count = node->kind == YAML_LIST ? node->count : 1;

        if (count > PATTERNS_MAX)
                return yaml_tree_error(yaml, node->line, err, "more than %d patterns", PATTERNS_MAX);
        rule->patterns = calloc(count + 1, sizeof *rule->patterns);
        if (rule->patterns == NULL)
                return error_set(err, "%s: out of memory", yaml->path);
        for (size_t i = 0; i < count; i++) {
                const struct yaml_node *one = node->kind == YAML_LIST ? node->items[i] : node;
                struct error problem = {""};

                if (one->kind != YAML_TEXT || one->text[0] == '\0')
                        return yaml_tree_error(
                                yaml, one->line, err, "'pattern' must be a text or a list of texts");
                rule->patterns[i] = pattern_new_ascii(rule->id, one->text, &problem);
                if (rule->patterns[i] == NULL)
                        return yaml_tree_error(yaml, one->line, err, "%s", problem.text);
        }
        return 0;
}

static int check_names(
        const struct yaml *yaml, const struct yaml_node *list, char *const *names, struct error *err)
{
        for (size_t i = 0; names != NULL && names[i] != NULL; i++)
                if (names[i][0] == '\0' || strlen(names[i]) > NAME_MAX_BYTES ||
                        strpbrk(names[i], " \t\r\n") != NULL)
                        return yaml_tree_error(yaml, list->items[i]->line, err, "'%s' is no name", names[i]);
        return 0;
}

/* Each language exists, and has ways to find what the rule is about. */
static int check_languages(const struct yaml *yaml, const struct yaml_node *node, const struct rule *rule,
        const struct registry *registry, struct error *err)
{
        for (char **id = rule->languages; id != NULL && *id != NULL; id++) {
                const struct language *language = registry_get(registry, *id);

                if (language == NULL)
                        return yaml_tree_error(yaml, node->line, err, "language '%s' does not exist", *id);
                if (rule->modules != NULL && language->syntax->imports == NULL)
                        return yaml_tree_error(yaml, node->line, err,
                                "%s has no 'imports' in its syntax to find modules by", *id);
                if (rule->calls != NULL && language->syntax->calls == NULL)
                        return yaml_tree_error(yaml, node->line, err,
                                "%s has no 'calls' in its syntax to find calls by", *id);
        }
        return 0;
}

static int check_rule(const struct yaml *yaml, const struct yaml_node *node, const struct rule *rule,
        const struct registry *registry, struct error *err)
{
        const struct rule_limits *limits = &rule->limits;

        if (rule->modules == NULL && rule->calls == NULL && rule->patterns == NULL &&
                limits->bytes + limits->lines + limits->line_length + limits->depth == 0)
                return yaml_tree_error(yaml, node->line, err,
                        "a rule needs 'modules', 'calls', 'pattern' or 'limit' to match by");
        if (!rule->own && rule->topic == NULL)
                return yaml_tree_error(yaml, node->line, err, "'topic' is missing");
        if (check_names(yaml, yaml_tree_get(node, "modules"), rule->modules, err) < 0 ||
                check_names(yaml, yaml_tree_get(node, "calls"), rule->calls, err) < 0)
                return -1;
        return check_languages(yaml, node, rule, registry, err);
}

static char **copy_list(char *const *list)
{
        size_t count = 0;
        char **copy;

        while (list[count] != NULL)
                count++;
        copy = calloc(count + 1, sizeof *copy);
        for (size_t i = 0; copy != NULL && i < count; i++)
                if ((copy[i] = strdup(list[i])) == NULL) {
                        yaml_tree_strings_free(copy);
                        return NULL;
                }
        return copy;
}

static int read_rule(struct rulebook *book, const struct yaml *yaml, const struct yaml_node *node,
        char *const *languages, bool own, const struct registry *registry, struct error *err)
{
        struct rule *rule = &book->rules[book->count++];
        const struct yaml_node *pattern = yaml_tree_get(node, "pattern");

        *rule = (struct rule){.own = own};
        if (schema_read(yaml, node, rule_fields, rule, err) < 0)
                return -1;
        if (rule->languages == NULL && languages != NULL && (rule->languages = copy_list(languages)) == NULL)
                return error_set(err, "%s: out of memory", yaml->path);
        if (pattern != NULL && read_patterns(yaml, pattern, rule, err) < 0)
                return -1;
        for (size_t i = 0; i + 1 < book->count; i++)
                if (strcmp(book->rules[i].id, rule->id) == 0)
                        return yaml_tree_error(
                                yaml, node->line, err, "there is a rule '%s' already", rule->id);
        return check_rule(yaml, node, rule, registry, err);
}

int rulebook_add(struct rulebook *book, const struct yaml *yaml, const struct yaml_node *list,
        char *const *languages, bool own, const struct registry *registry, struct error *err)
{
        struct rule *rules;

        if (list->kind != YAML_LIST || list->count + book->count > RULES_MAX)
                return yaml_tree_error(yaml, list->line, err,
                        "'rules' must be a list; there may be %d rules in all", RULES_MAX);
        if (list->count == 0)
                return 0;
        rules = realloc(book->rules, (book->count + list->count) * sizeof *rules);
        if (rules == NULL)
                return error_set(err, "%s: out of memory", yaml->path);
        book->rules = rules;
        for (size_t i = 0; i < list->count; i++)
                if (read_rule(book, yaml, list->items[i], languages, own, registry, err) < 0)
                        return -1;
        return 0;
}

struct head {
        char **languages;
};

static const struct field head_fields[] = {
        {.key = "languages",
                .kind = FIELD_LIST,
                .offset = offsetof(struct head, languages),
                .max = LANGUAGES_MAX,
                .filled = true},
        {.key = "rules", .kind = FIELD_CUSTOM, .read = read_later, .required = true},
        {.key = NULL},
};

static int read_file(
        struct rulebook *book, const char *path, const struct registry *registry, struct error *err)
{
        struct yaml *yaml = yaml_tree_load(path, err);
        struct head head = {0};
        int rc = -1;

        if (yaml == NULL)
                return -1;
        if (schema_read(yaml, yaml->root, head_fields, &head, err) == 0)
                rc = rulebook_add(
                        book, yaml, yaml_tree_get(yaml->root, "rules"), head.languages, false, registry, err);
        yaml_tree_strings_free(head.languages);
        yaml_tree_free(yaml);
        return rc;
}

int rulebook_load(
        struct rulebook *book, const char *folder, const struct registry *registry, struct error *err)
{
        char path[2048];
        char **names;
        int rc = 0;

        if (!source_has_folder(folder))
                return 0;
        names = yaml_tree_files(folder, err);
        if (names == NULL)
                return -1;
        for (char **name = names; rc == 0 && *name != NULL; name++) {
                if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, *name) >= sizeof path)
                        rc = error_set(err, "%s: the path is too long", folder);
                else
                        rc = read_file(book, path, registry, err);
        }
        yaml_tree_strings_free(names);
        return rc;
}
