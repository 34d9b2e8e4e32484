/* Reads how comments and texts look: `comments`, `strings`, `heredocs`, `outside` and `plain` of a syntax. */
#include "fcgi/model/syntax_literals.h"

#include "fcgi/model/schema.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { HOLES_MAX = 8, PREFIXES_MAX = 16, LINE_ENDS_MAX = 8 };

static const char usual_delimiters[] = "/|!{([<#~'\"@%^,";

/* One character, or `true` for the backslash. */
static int read_escape(const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        struct literal *literal = target;
        const char *text = node->kind == YAML_TEXT ? node->text : "";

        if (node->kind == YAML_TEXT && node->plain && strcmp(text, "true") == 0)
                literal->escape = '\\';
        else if (strlen(text) == 1 && ispunct((unsigned char)*text))
                literal->escape = *text;
        else if (!node->plain || strcmp(text, "false") != 0)
                return yaml_tree_error(
                        yaml, node->line, err, "'escapes' must be true, false or the character that escapes");
        return 0;
}

static int read_format(const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        if (node->kind != YAML_TEXT || strlen(node->text) != 1)
                return yaml_tree_error(yaml, node->line, err, "'format' must be one character");
        ((struct literal *)target)->format = *node->text;
        return 0;
}

/* A map {open: close}. */
static int read_holes(const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        struct literal *literal = target;

        if (node->kind != YAML_MAP || node->count > HOLES_MAX)
                return yaml_tree_error(yaml, node->line, err,
                        "'code' must be a map of at most %d beginnings and ends", HOLES_MAX);
        literal->holes = calloc(node->count + 1, sizeof *literal->holes);
        if (literal->holes == NULL)
                return error_set(err, "%s: out of memory", yaml->path);
        for (size_t i = 0; i < node->count; i++) {
                const struct yaml_node *item = node->items[i];

                if (item->kind != YAML_TEXT || item->text[0] == '\0' || item->key[0] == '\0')
                        return yaml_tree_error(yaml, item->line, err, "code needs a beginning and an end");
                if ((literal->holes[i].open = strdup(item->key)) == NULL ||
                        (literal->holes[i].close = strdup(item->text)) == NULL)
                        return error_set(err, "%s: out of memory", yaml->path);
        }
        return 0;
}

static const char *const place_words[] = {"anywhere", "line", "blank", NULL};

#define AT(member) .offset = offsetof(struct literal, member)
#define BOOL(name)                                                                                           \
        {                                                                                                    \
                .key = #name, .kind = FIELD_BOOL, AT(name)                                                   \
        }
#define OPEN                                                                                                 \
        {                                                                                                    \
                .key = "open", .kind = FIELD_APART, .required = true                                         \
        }
#define CLOSE                                                                                                \
        {                                                                                                    \
                .key = "close", .kind = FIELD_TEXT, AT(close.text), .filled = true                           \
        }
#define TAG                                                                                                  \
        {                                                                                                    \
                .key = "tag", .kind = FIELD_TEXT, AT(tag), .filled = true                                    \
        }
#define ESCAPES                                                                                              \
        {                                                                                                    \
                .key = "escapes", .kind = FIELD_CUSTOM, .read = read_escape                                  \
        }
#define PLACE                                                                                                \
        {                                                                                                    \
                .key = "at", .kind = FIELD_WORD, AT(at), .words = place_words                                \
        }
#define NOT_AFTER                                                                                            \
        {                                                                                                    \
                .key = "not_after", .kind = FIELD_TEXT, AT(not_after), .filled = true                        \
        }
#define CODE                                                                                                 \
        {                                                                                                    \
                .key = "code", .kind = FIELD_CUSTOM, .read = read_holes                                      \
        }
#define END                                                                                                  \
        {                                                                                                    \
                .key = NULL                                                                                  \
        }

static const struct field comment_fields[] = {OPEN, CLOSE, TAG, ESCAPES, PLACE, NOT_AFTER, BOOL(nested),
        BOOL(endless),
        {.key = "line_ends", .kind = FIELD_LIST, AT(line_ends), .max = LINE_ENDS_MAX, .filled = true}, END};
static const struct field string_fields[] = {OPEN, CLOSE, TAG, ESCAPES, NOT_AFTER, CODE, BOOL(doubled),
        BOOL(multiline), BOOL(nested), BOOL(single), BOOL(value), BOOL(spaced), BOOL(brackets),
        {.key = "prefixes", .kind = FIELD_LIST, AT(prefixes), .max = PREFIXES_MAX, .filled = true},
        {.key = "delimiters", .kind = FIELD_TEXT, AT(delimiters), .filled = true},
        {.key = "format", .kind = FIELD_CUSTOM, .read = read_format},
        {.key = "parts", .kind = FIELD_NUMBER, AT(parts), .unit = &schema_count, .min = 1, .max = 2}, END};
static const struct field heredoc_fields[] = {
        OPEN, NOT_AFTER, CODE, ESCAPES, BOOL(value), BOOL(spaced), BOOL(loose), END};
static const struct field outside_fields[] = {OPEN, CLOSE, END};

static const struct literal_class {
        const char *key;
        enum literal_kind kind;
        const struct field *fields;
} classes[] = {
        {"comments", LITERAL_COMMENT, comment_fields},
        {"strings", LITERAL_STRING, string_fields},
        {"heredocs", LITERAL_HEREDOC, heredoc_fields},
        {"outside", LITERAL_COMMENT, outside_fields},
};

/* Find the slot in a delimiter's text. */
static void split(struct delimiter *delimiter)
{
        static const char *const slots[] = {
                [SLOT_TAG] = "{tag}", [SLOT_DELIMITER] = "{delimiter}", [SLOT_WORD] = "{word}"};
        const char *found = NULL;

        delimiter->lead = delimiter->text;
        delimiter->lead_size = strlen(delimiter->text);
        delimiter->trail = delimiter->text + delimiter->lead_size;
        for (int i = SLOT_TAG; i <= SLOT_WORD && found == NULL; i++) {
                found = strstr(delimiter->text, slots[i]);
                if (found == NULL)
                        continue;
                delimiter->slot = (enum slot)i;
                delimiter->lead_size = (size_t)(found - delimiter->text);
                delimiter->trail = found + strlen(slots[i]);
        }
        delimiter->trail_size = strlen(delimiter->trail);
}

/* What a literal's entries mean together. */
static int complete(
        const struct yaml *yaml, const struct yaml_node *node, struct literal *literal, struct error *err)
{
        bool text = literal->kind == LITERAL_STRING;

        split(&literal->open);
        if (text && literal->close.text == NULL && literal->open.slot != SLOT_DELIMITER &&
                (literal->close.text = strdup(literal->open.text)) == NULL)
                return error_set(err, "%s: out of memory", yaml->path);
        if (literal->close.text != NULL)
                split(&literal->close);
        if (literal->open.slot == SLOT_DELIMITER && literal->delimiters == NULL &&
                (literal->delimiters = strdup(usual_delimiters)) == NULL)
                return error_set(err, "%s: out of memory", yaml->path);
        if ((literal->open.slot == SLOT_TAG) != (literal->tag != NULL))
                return yaml_tree_error(yaml, node->line, err, "{tag} in 'open' and 'tag' go together");
        if ((literal->open.slot == SLOT_WORD) != (literal->kind == LITERAL_HEREDOC))
                return yaml_tree_error(
                        yaml, node->line, err, "a heredoc, and nothing else, has {word} in its 'open'");
        if (literal->close.slot != SLOT_NONE && literal->close.slot != literal->open.slot)
                return yaml_tree_error(
                        yaml, node->line, err, "'close' has a placeholder that 'open' has not");
        if (literal->line_ends != NULL && (literal->close.text != NULL || literal->endless))
                return yaml_tree_error(
                        yaml, node->line, err, "'line_ends' is for what reaches to the end of its line");
        if (!text)
                literal->multiline =
                        literal->close.text != NULL || literal->endless || literal->kind == LITERAL_HEREDOC;
        return 0;
}

static struct literal *add_literal(struct syntax *syntax, const struct yaml *yaml,
        const struct yaml_node *open, enum literal_kind kind, struct error *err)
{
        struct literal *literal = &syntax->literals[syntax->literal_count];

        if (open->kind != YAML_TEXT || open->text[0] == '\0') {
                yaml_tree_error(yaml, open->line, err, "'open' must be a text or a list of texts");
                return NULL;
        }
        if (syntax->literal_count == SYNTAX_LITERALS_MAX) {
                yaml_tree_error(yaml, open->line, err, "more than %d comments and strings in all",
                        SYNTAX_LITERALS_MAX);
                return NULL;
        }
        syntax->literal_count++;
        *literal = (struct literal){.kind = kind, .parts = 1};
        literal->open.text = strdup(open->text);
        if (literal->open.text == NULL) {
                error_set(err, "%s: out of memory", yaml->path);
                return NULL;
        }
        split(&literal->open);
        return literal;
}

/* An entry makes one literal for each of its ways to open. */
static int read_entry(struct syntax *syntax, const struct yaml *yaml, const struct yaml_node *node,
        const struct literal_class *class, struct error *err)
{
        const struct yaml_node *open = yaml_tree_get(node, "open");
        size_t count = open != NULL && open->kind == YAML_LIST ? open->count : 1;

        if (open == NULL)
                return yaml_tree_error(yaml, node->line, err, "'open' is missing");
        for (size_t i = 0; i < count; i++) {
                const struct yaml_node *one = open->kind == YAML_LIST ? open->items[i] : open;
                struct literal *literal = add_literal(syntax, yaml, one, class->kind, err);

                if (literal == NULL || schema_read(yaml, node, class->fields, literal, err) < 0 ||
                        complete(yaml, node, literal, err) < 0)
                        return -1;
        }
        return 0;
}

static int read_class(struct syntax *syntax, const struct yaml *yaml, const struct yaml_node *list,
        const struct literal_class *class, struct error *err)
{
        if (list == NULL)
                return 0;
        if (list->kind != YAML_LIST)
                return yaml_tree_error(yaml, list->line, err, "'%s' must be a list of maps", list->key);
        for (size_t i = 0; i < list->count; i++)
                if (read_entry(syntax, yaml, list->items[i], class, err) < 0)
                        return -1;
        return 0;
}

/* Every first byte that a literal can have. */
static void index_first(struct syntax *syntax)
{
        for (size_t i = 0; i < syntax->literal_count; i++) {
                const struct literal *literal = &syntax->literals[i];
                uint64_t bit = UINT64_C(1) << i;

                if (literal->prefixes != NULL)
                        syntax->prefixed |= bit;
                for (int c = 0; c < 256; c++) {
                        bool begins = literal->open.lead_size > 0 ? c == (unsigned char)literal->open.lead[0]
                                                                  : literal->open.slot != SLOT_TAG ||
                                                                            c == literal->open.trail[0] ||
                                                                            strchr(literal->tag, c) != NULL ||
                                                                            *literal->tag == '^';
                        if (begins)
                                syntax->first[c] |= bit;
                }
        }
}

int syntax_literals_read(
        struct syntax *syntax, const struct yaml *yaml, const struct yaml_node *node, struct error *err)
{
        const struct yaml_node *plain = yaml_tree_get(node, "plain");
        const struct yaml_node *outside = yaml_tree_get(node, "outside");

        syntax->literals = calloc(SYNTAX_LITERALS_MAX, sizeof *syntax->literals);
        if (syntax->literals == NULL)
                return error_set(err, "%s: out of memory", yaml->path);
        for (size_t i = 0; i < 3; i++)
                if (read_class(syntax, yaml, yaml_tree_get(node, classes[i].key), &classes[i], err) < 0)
                        return -1;
        for (size_t i = 0; plain != NULL && i < plain->count; i++) {
                const struct literal *literal =
                        add_literal(syntax, yaml, plain->items[i], LITERAL_PLAIN, err);

                if (literal == NULL)
                        return -1;
                if (literal->open.slot != SLOT_NONE)
                        return yaml_tree_error(yaml, plain->items[i]->line, err,
                                "'plain' stands for itself and has no {tag}, {word} or {delimiter}");
        }
        if (outside != NULL) {
                if (read_entry(syntax, yaml, outside, &classes[3], err) < 0)
                        return -1;
                syntax->outside = &syntax->literals[syntax->literal_count - 1];
        }
        index_first(syntax);
        return 0;
}

static void literal_clear(struct literal *literal)
{
        for (struct hole *hole = literal->holes; hole != NULL && hole->open != NULL; hole++) {
                free(hole->open);
                free(hole->close);
        }
        free(literal->holes);
        yaml_tree_strings_free(literal->prefixes);
        yaml_tree_strings_free(literal->line_ends);
        free(literal->open.text);
        free(literal->close.text);
        free(literal->not_after);
        free(literal->tag);
        free(literal->delimiters);
}

void syntax_literals_free(struct syntax *syntax)
{
        for (size_t i = 0; i < syntax->literal_count; i++)
                literal_clear(&syntax->literals[i]);
        free(syntax->literals);
}
