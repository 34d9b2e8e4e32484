/* Finds where a file is too large or too deeply nested. */
#include "fcgi/model/policy_find.h"

#include <string.h>

enum { INDENTS_MAX = 256, TAB = 8 };

/* How deep code is nested: brackets, and where none are open, lines that are indented further. */
struct nesting {
        unsigned brackets;
        unsigned indents[INDENTS_MAX];
        unsigned levels;
        bool line_begins; /* nothing but blanks so far */
        unsigned indent;
};

static void indent_to(struct nesting *nesting, unsigned indent)
{
        while (nesting->levels > 0 && nesting->indents[nesting->levels - 1] >= indent)
                nesting->levels--;
        if (indent > 0 && nesting->levels < INDENTS_MAX)
                nesting->indents[nesting->levels++] = indent;
}

static unsigned nest(struct nesting *nesting, char c)
{
        if (c == '\n' || c == '\r') {
                nesting->line_begins = true;
                nesting->indent = 0;
        } else if (c == ' ') {
                nesting->indent++;
        } else if (c == '\t') {
                nesting->indent += TAB - nesting->indent % TAB;
        } else {
                if (nesting->line_begins && nesting->brackets == 0)
                        indent_to(nesting, nesting->indent);
                nesting->line_begins = false;
                if (strchr("([{", c) != NULL && c != '\0')
                        nesting->brackets++;
                else if (strchr(")]}", c) != NULL && c != '\0' && nesting->brackets > 0)
                        nesting->brackets--;
        }
        return nesting->brackets + nesting->levels;
}

/* Each returns the first place that is too much, or size. */
static size_t too_deep(const struct find *find, uint32_t limit)
{
        struct nesting nesting = {.line_begins = true};

        for (size_t i = 0; i < find->size; i++)
                if (nest(&nesting, find->code_only[i]) > limit || i == find->too_deep)
                        return i;
        return find->size;
}

static bool ends_line(const struct find *find, size_t at)
{
        char c = find->code[at];

        return c == '\n' || (c == '\r' && (at + 1 == find->size || find->code[at + 1] != '\n'));
}

static size_t too_many_lines(const struct find *find, uint32_t limit)
{
        size_t lines = 0;

        for (size_t i = 0; i < find->size; i++)
                if (ends_line(find, i) && ++lines == limit)
                        return i + 1;
        return find->size;
}

static size_t too_long_line(const struct find *find, uint32_t limit)
{
        size_t length = 0;

        for (size_t i = 0; i < find->size; i++) {
                if (find->code[i] == '\n' || find->code[i] == '\r')
                        length = 0;
                else if (((unsigned char)find->code[i] & 0xc0) != 0x80 && ++length > limit)
                        return i;
        }
        return find->size;
}

static size_t too_many_bytes(const struct find *find, uint32_t limit)
{
        return limit < find->size ? 0 : find->size;
}

int policy_find_exceeded(struct find *find, struct error *err)
{
        static size_t (*const measures[])(const struct find *, uint32_t) = {
                too_many_bytes, too_many_lines, too_long_line, too_deep};

        for (uint32_t i = 0; i < find->group->count; i++) {
                const struct rule_limits *limits = &find->group->rules[i]->limits;
                const uint32_t values[] = {limits->bytes, limits->lines, limits->line_length, limits->depth};

                for (size_t j = 0; j < sizeof values / sizeof *values; j++) {
                        size_t at = values[j] > 0 ? measures[j](find, values[j]) : find->size;

                        if (at < find->size && policy_find_add(find, i, at, err) < 0)
                                return -1;
                }
        }
        return 0;
}
