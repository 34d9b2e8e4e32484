/* Reads the `syntax:` part of a language's YAML file. */
#include "fcgi/model/syntax.h"

#include "fcgi/model/schema.h"
#include "fcgi/model/syntax_literals.h"

#include <stdlib.h>

enum { FORMS_MAX = 16, WORDS_MAX = 64 };

const char *const view_names[] = {"code", "strings", "text", NULL};

static const struct field form_fields[] = {
        {.key = "pattern", .kind = FIELD_APART, .required = true},
        {.key = "prefix", .kind = FIELD_TEXT, .offset = offsetof(struct form, prefix), .filled = true},
        {.key = "in", .kind = FIELD_WORD, .offset = offsetof(struct form, in), .words = view_names},
        {.key = NULL},
};

static int read_form(
        const struct yaml *yaml, const struct yaml_node *node, struct form *form, struct error *err)
{
        const struct yaml_node *pattern = yaml_tree_get(node, "pattern");
        struct error problem = {""};

        if (schema_read(yaml, node, form_fields, form, err) < 0)
                return -1;
        if (pattern->kind != YAML_TEXT)
                return yaml_tree_error(yaml, pattern->line, err, "'pattern' must be a text");
        form->pattern = pattern_new_ascii(yaml->path, pattern->text, &problem);
        return form->pattern != NULL ? 0 : yaml_tree_error(yaml, pattern->line, err, "%s", problem.text);
}

static int read_forms(
        const struct yaml *yaml, const struct yaml_node *node, struct form **forms, struct error *err)
{
        if (node->kind != YAML_LIST || node->count > FORMS_MAX)
                return yaml_tree_error(yaml, node->line, err, "'%s' must be a list of at most %d maps",
                        node->key, FORMS_MAX);
        *forms = calloc(node->count + 1, sizeof **forms);
        if (*forms == NULL)
                return error_set(err, "%s: out of memory", yaml->path);
        for (size_t i = 0; i < node->count; i++) {
                struct form form = {0};
                int rc = read_form(yaml, node->items[i], &form, err);

                if (rc < 0) { /* one without a pattern would end the list */
                        pattern_free(form.pattern);
                        free(form.prefix);
                        return -1;
                }
                (*forms)[i] = form;
        }
        return 0;
}

static int read_imports(
        const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        return read_forms(yaml, node, &((struct syntax *)target)->imports, err);
}

static int read_calls(const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        return read_forms(yaml, node, &((struct syntax *)target)->calls, err);
}

static int read_plain(const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        (void)target;
        return node->kind == YAML_LIST ? 0 : yaml_tree_error(yaml, node->line, err, "'plain' must be a list");
}

#define WORDS(name)                                                                                          \
        {                                                                                                    \
                .key = #name, .kind = FIELD_LIST, .offset = offsetof(struct syntax, name), .max = WORDS_MAX  \
        }
static const struct field fields[] = {
        {.key = "comments", .kind = FIELD_APART},
        {.key = "strings", .kind = FIELD_APART},
        {.key = "heredocs", .kind = FIELD_APART},
        {.key = "outside", .kind = FIELD_APART},
        {.key = "plain", .kind = FIELD_CUSTOM, .read = read_plain},
        WORDS(values_after),
        WORDS(separators),
        WORDS(globals),
        {.key = "ignore_case", .kind = FIELD_BOOL, .offset = offsetof(struct syntax, ignore_case)},
        {.key = "wide_names", .kind = FIELD_BOOL, .offset = offsetof(struct syntax, wide_names)},
        {.key = "imports", .kind = FIELD_CUSTOM, .read = read_imports},
        {.key = "calls", .kind = FIELD_CUSTOM, .read = read_calls},
        {.key = NULL},
};

struct syntax *syntax_read(const struct yaml *yaml, const struct yaml_node *node, struct error *err)
{
        struct syntax *syntax = calloc(1, sizeof *syntax);

        if (syntax == NULL) {
                error_set(err, "%s: out of memory", yaml->path);
                goto out;
        }
        if (node == NULL)
                return syntax;
        if (schema_read(yaml, node, fields, syntax, err) < 0 ||
                syntax_literals_read(syntax, yaml, node, err) < 0)
                goto out;
        return syntax;
out:
        syntax_free(syntax);
        return NULL;
}

static void forms_free(struct form *forms)
{
        for (struct form *form = forms; form != NULL && form->pattern != NULL; form++) {
                pattern_free(form->pattern);
                free(form->prefix);
        }
        free(forms);
}

void syntax_free(struct syntax *syntax)
{
        if (syntax == NULL)
                return;
        syntax_literals_free(syntax);
        yaml_tree_strings_free(syntax->values_after);
        yaml_tree_strings_free(syntax->separators);
        yaml_tree_strings_free(syntax->globals);
        forms_free(syntax->imports);
        forms_free(syntax->calls);
        free(syntax);
}
