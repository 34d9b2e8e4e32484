/* Reads one conf/policies/<id>.yaml and compiles its rules. */
#include "fcgi/model/policy_rules.h"

#include "fcgi/base/buffer.h"
#include "fcgi/model/schema.h"

#include <stdlib.h>
#include <string.h>

enum { RULES_MAX = 1024, NAMES_MAX = 256, PATTERN_MAX = 64 * 1024 };

static const char *const in_words[] = {"code", "strings", NULL};

/* A rule as it stands in the file. */
struct entry {
        char *id;
        char *message;
        char *pattern;
        int severity;
        int in;
        char **languages;
        char **modules;
        char **calls;
};

#define AT(member) .offset = offsetof(struct entry, member)
static const struct field entry_fields[] = {
        {.key = "id", .kind = FIELD_TEXT, AT(id), .required = true, .filled = true},
        {.key = "severity", .kind = FIELD_WORD, AT(severity), .words = severity_names, .required = true},
        {.key = "languages",
                .kind = FIELD_LIST,
                AT(languages),
                .max = LANGUAGES_MAX,
                .required = true,
                .filled = true},
        {.key = "message", .kind = FIELD_TEXT, AT(message), .required = true, .filled = true},
        {.key = "pattern", .kind = FIELD_TEXT, AT(pattern), .filled = true},
        {.key = "modules", .kind = FIELD_LIST, AT(modules), .max = NAMES_MAX, .filled = true},
        {.key = "calls", .kind = FIELD_LIST, AT(calls), .max = NAMES_MAX, .filled = true},
        {.key = "in", .kind = FIELD_WORD, AT(in), .words = in_words},
        {.key = NULL},
};
#undef AT

/* What `modules` or `calls` of a rule mean in one language. */
struct template
{
        char *pattern;
        int in;
};

static const struct field template_fields[] = {
        {.key = "pattern",
                .kind = FIELD_TEXT,
                .offset = offsetof(struct template, pattern),
                .required = true},
        {.key = "in", .kind = FIELD_WORD, .offset = offsetof(struct template, in), .words = in_words},
        {.key = NULL},
};

struct head {
        char id[64];
        char *description;
        int block_from;
};

/* Maps and lists that are looked at by hand afterwards. */
static int read_later(const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        (void)yaml;
        (void)node;
        (void)target;
        (void)err;
        return 0;
}

static const struct field head_fields[] = {
        {.key = "id", .kind = FIELD_CHARS, .offset = offsetof(struct head, id), .size = 64, .required = true},
        {.key = "description", .kind = FIELD_TEXT, .offset = offsetof(struct head, description)},
        {.key = "block_from",
                .kind = FIELD_WORD,
                .offset = offsetof(struct head, block_from),
                .words = severity_names,
                .required = true},
        {.key = "templates", .kind = FIELD_CUSTOM, .read = read_later},
        {.key = "rules", .kind = FIELD_CUSTOM, .read = read_later, .required = true},
        {.key = NULL},
};

struct load {
        const struct yaml *yaml;
        const struct registry *registry;
        struct policy *policy;
        struct error *err;
};

static void entry_clear(struct entry *entry)
{
        free(entry->id);
        free(entry->message);
        free(entry->pattern);
        yaml_tree_strings_free(entry->languages);
        yaml_tree_strings_free(entry->modules);
        yaml_tree_strings_free(entry->calls);
}

static void rule_clear(struct rule *rule)
{
        free(rule->id);
        free(rule->message);
        pattern_free(rule->pattern);
}

void policy_rules_clear(struct policy *policy)
{
        for (size_t i = 0; i < policy->group_count; i++) {
                for (size_t j = 0; j < policy->groups[i].count; j++)
                        rule_clear(&policy->groups[i].rules[j]);
                free(policy->groups[i].rules);
        }
        free(policy->groups);
        *policy = (struct policy){0};
}

/* The group of a language, made when it is not there yet; NULL when memory is out. */
static struct rule_group *group_of(struct policy *policy, const char *language)
{
        struct rule_group *groups = policy->groups;

        for (size_t i = 0; i < policy->group_count; i++)
                if (strcmp(groups[i].language, language) == 0)
                        return &groups[i];
        groups = realloc(groups, (policy->group_count + 1) * sizeof *groups);
        if (groups == NULL)
                return NULL;
        policy->groups = groups;
        groups += policy->group_count++;
        *groups = (struct rule_group){0};
        strncpy(groups->language, language, sizeof groups->language - 1);
        return groups;
}

/* Put a rule behind those of its group that are at least as severe. The rule is taken when 0 is returned. */
static int add_rule(struct policy *policy, const char *language, const struct rule *rule)
{
        struct rule_group *group = group_of(policy, language);
        struct rule *rules;
        size_t at = 0;

        if (group == NULL)
                return -1;
        rules = realloc(group->rules, (group->count + 1) * sizeof *rules);
        if (rules == NULL)
                return -1;
        group->rules = rules;
        while (at < group->count && rules[at].severity >= rule->severity)
                at++;
        memmove(&rules[at + 1], &rules[at], (group->count - at) * sizeof *rules);
        rules[at] = *rule;
        group->count++;
        return 0;
}

/* Append (?:\Qone\E|\Qtwo\E). */
static int add_names(struct buffer *out, char *const *names)
{
        int rc = buffer_add_string(out, "(?:");

        for (size_t i = 0; rc == 0 && names[i] != NULL; i++)
                if (buffer_add_string(out, i ? "|\\Q" : "\\Q") < 0 || buffer_add_string(out, names[i]) < 0 ||
                        buffer_add_string(out, "\\E") < 0)
                        rc = -1;
        return rc == 0 ? buffer_add_string(out, ")") : -1;
}

/* A template with {names} replaced: malloc'd, or NULL. */
static char *fill_template(const char *template, char *const *names)
{
        struct buffer out = BUFFER_MAX(PATTERN_MAX);
        const char *place;
        int rc = 0;

        while (rc == 0 && (place = strstr(template, "{names}")) != NULL) {
                rc = buffer_add(&out, template, (size_t)(place - template));
                if (rc == 0)
                        rc = add_names(&out, names);
                template = place + strlen("{names}");
        }
        if (rc < 0 || buffer_add(&out, template, strlen(template) + 1) < 0) {
                buffer_clear(&out);
                return NULL;
        }
        return out.data;
}

static int check_names(const struct load *load, unsigned line, char *const *names)
{
        for (; *names != NULL; names++)
                if (**names == '\0' || strchr(*names, '\\') != NULL)
                        return yaml_tree_error(load->yaml, line, load->err, "'%s' is no name", *names);
        return 0;
}

/* The pattern that a rule's `modules` or `calls` make in a language, and where it looks. */
static char *shorthand(const struct load *load, const struct yaml_node *node, char *const *names,
        const char *language, int *in)
{
        const struct yaml_node *templates = yaml_tree_get(load->yaml->root, "templates");
        const struct yaml_node *place = yaml_tree_get(yaml_tree_get(templates, language), node->key);
        struct template template = {0};
        char *pattern = NULL;

        if (place == NULL) {
                yaml_tree_error(load->yaml, node->line, load->err, "there is no template for '%s' of %s",
                        node->key, language);
                return NULL;
        }
        if (schema_read(load->yaml, place, template_fields, &template, load->err) < 0)
                goto out;
        if (strstr(template.pattern, "{names}") == NULL) {
                yaml_tree_error(load->yaml, place->line, load->err, "the pattern must have {names} in it");
                goto out;
        }
        if (check_names(load, node->line, names) < 0)
                goto out;
        *in = template.in;
        pattern = fill_template(template.pattern, names);
        if (pattern == NULL)
                error_set(load->err, "%s: out of memory", load->yaml->path);
out:
        free(template.pattern);
        return pattern;
}

static int compile_rule(
        const struct load *load, const struct yaml_node *node, const char *text, struct rule *rule)
{
        struct error problem = {""};
        char name[192] = "";

        strncat(name, load->policy->id, 64);
        strcat(name, "/");
        strncat(name, rule->id, 120);
        rule->pattern = pattern_new(name, text, &problem);
        if (rule->pattern == NULL)
                return yaml_tree_error(load->yaml, node->line, load->err, "%s", problem.text);
        return 0;
}

/* The rule for one of its languages. node: the entry with its pattern or names. */
static int make_rule(const struct load *load, const struct yaml_node *node, const struct entry *entry,
        const char *language)
{
        struct rule rule = {.severity = (enum severity)entry->severity};
        char *const *names = entry->modules != NULL ? entry->modules : entry->calls;
        char *text = NULL;
        int in = entry->in;
        int rc = -1;

        if (registry_get(load->registry, language) == NULL)
                return yaml_tree_error(
                        load->yaml, node->line, load->err, "language '%s' does not exist", language);
        text = entry->pattern != NULL ? strdup(entry->pattern) : shorthand(load, node, names, language, &in);
        rule.id = strdup(entry->id);
        rule.message = strdup(entry->message);
        rule.in_strings = in == 1;
        if (text != NULL && rule.id != NULL && rule.message != NULL)
                rc = compile_rule(load, node, text, &rule);
        if (rc == 0)
                rc = add_rule(load->policy, language, &rule);
        if (rc < 0) {
                error_set(load->err, "%s: out of memory",
                        load->yaml->path); /* unless something else was said */
                rule_clear(&rule);
        }
        free(text);
        return rc; // NOLINT(clang-analyzer-unix.Malloc): add_rule has taken the rule
}

static int read_rule(const struct load *load, const struct yaml_node *node)
{
        struct entry entry = {0};
        const struct yaml_node *source = NULL;
        int rc = -1;

        if (schema_read(load->yaml, node, entry_fields, &entry, load->err) < 0)
                goto out;
        if ((entry.pattern != NULL) + (entry.modules != NULL) + (entry.calls != NULL) != 1) {
                yaml_tree_error(load->yaml, node->line, load->err,
                        "a rule has exactly one of 'pattern', 'modules' and 'calls'");
                goto out;
        }
        source = yaml_tree_get(node, entry.pattern != NULL   ? "pattern"
                                     : entry.modules != NULL ? "modules"
                                                             : "calls");
        rc = 0;
        for (char **language = entry.languages; rc == 0 && *language != NULL; language++)
                rc = make_rule(load, source, &entry, *language);
out:
        entry_clear(&entry);
        return rc;
}

static const char *rule_id(const struct yaml_node *rule)
{
        const struct yaml_node *id = yaml_tree_get(rule, "id");

        return id != NULL && id->kind == YAML_TEXT ? id->text : NULL;
}

static int read_rules(const struct load *load, const struct yaml_node *rules)
{
        if (rules->kind != YAML_LIST || rules->count > RULES_MAX)
                return yaml_tree_error(load->yaml, rules->line, load->err,
                        "'rules' must be a list of at most %d rules", RULES_MAX);
        for (size_t i = 0; i < rules->count; i++) {
                if (read_rule(load, rules->items[i]) < 0)
                        return -1;
                for (size_t j = 0; j < i; j++)
                        if (strcmp(rule_id(rules->items[i]), rule_id(rules->items[j])) == 0)
                                return yaml_tree_error(load->yaml, rules->items[i]->line, load->err,
                                        "rule id '%s' is there twice", rule_id(rules->items[i]));
        }
        return 0;
}

/* Templates name languages that exist and hold nothing but what rules can ask for. */
static int check_templates(const struct load *load, const struct yaml_node *templates)
{
        static const struct field kinds[] = {
                {.key = "modules", .kind = FIELD_CUSTOM, .read = read_later},
                {.key = "calls", .kind = FIELD_CUSTOM, .read = read_later},
                {.key = NULL},
        };

        if (templates == NULL)
                return 0;
        if (templates->kind != YAML_MAP)
                return yaml_tree_error(
                        load->yaml, templates->line, load->err, "'templates' must be a map of languages");
        for (size_t i = 0; i < templates->count; i++) {
                const struct yaml_node *language = templates->items[i];

                if (registry_get(load->registry, language->key) == NULL)
                        return yaml_tree_error(load->yaml, language->line, load->err,
                                "language '%s' does not exist", language->key);
                if (schema_read(load->yaml, language, kinds, NULL, load->err) < 0)
                        return -1;
        }
        return 0;
}

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

int policy_rules_read(
        const char *path, const struct registry *registry, struct policy *policy, struct error *err)
{
        struct yaml *yaml = yaml_tree_load(path, err);
        struct load load = {.yaml = yaml, .registry = registry, .policy = policy, .err = err};
        struct head head = {0};
        int rc = -1;

        if (yaml == NULL)
                return -1;
        if (schema_read(yaml, yaml->root, head_fields, &head, err) < 0 || check_id(yaml, head.id, err) < 0)
                goto out;
        memcpy(policy->id, head.id, sizeof policy->id);
        policy->block_from = (enum severity)head.block_from;
        if (check_templates(&load, yaml_tree_get(yaml->root, "templates")) == 0)
                rc = read_rules(&load, yaml_tree_get(yaml->root, "rules"));
out:
        free(head.description);
        yaml_tree_free(yaml);
        return rc;
}
