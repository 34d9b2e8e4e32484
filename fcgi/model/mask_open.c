/* Sees what comment or text begins at a place in code. */
#include "fcgi/model/mask_scan.h"

#include <ctype.h>
#include <string.h>

enum {
        TAG_MAX = 32,
        WORD_MAX = 64,
        SEARCHES_MAX = 16, /* for ends of heredocs in one file, each as long as the file */
        BLANKS_MAX = 8,    /* between a word such as `qw` and its bracket */
};

bool mask_is_word(char c)
{
        return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

bool mask_is_line_end(char c)
{
        return c == '\n' || c == '\r';
}

bool mask_line_begins(const struct scan *scan, size_t at)
{
        return at == 0 || mask_is_line_end(scan->code[at - 1]);
}

bool mask_starts(const struct scan *scan, size_t at, const char *text, size_t size)
{
        return size <= scan->size - at && memcmp(scan->code + at, text, size) == 0;
}

static bool is_blank(char c)
{
        return c == ' ' || c == '\t';
}

static bool of_tag(const char *tag, char c)
{
        if (c == '\0')
                return false;
        return *tag == '^' ? strchr(tag + 1, c) == NULL : strchr(tag, c) != NULL;
}

/* Each slot_ function reads what stands in a slot at `at` and returns its length, or -1 when nothing fits. */
static long slot_tag(const struct scan *scan, size_t at, struct opening *opening)
{
        size_t size = 0;

        while (size < TAG_MAX && at + size < scan->size &&
                of_tag(opening->literal->tag, scan->code[at + size]))
                size++;
        opening->chosen = (struct chosen_text){scan->code + at, size};
        return (long)size;
}

static long slot_delimiter(const struct scan *scan, size_t at, struct opening *opening)
{
        size_t from = at;

        while (opening->literal->prefixes != NULL && at < scan->size && at - from < BLANKS_MAX &&
                is_blank(scan->code[at]))
                at++;
        if (at == scan->size || scan->code[at] == '\0' ||
                strchr(at > from ? "([{" : opening->literal->delimiters, scan->code[at]) == NULL)
                return -1;
        opening->delimiter = scan->code[at];
        return (long)(at - from) + 1;
}

/* EOF, 'EOF', "EOF" or \EOF. */
static long slot_word(const struct scan *scan, size_t at, struct opening *opening)
{
        size_t start = at, quoted = 0, size = 0;
        char quote = '\0';

        if (at < scan->size && strchr("'\"\\", scan->code[at]) != NULL && scan->code[at] != '\0') {
                quote = scan->code[at++];
                quoted = quote != '\\';
        }
        while (size < WORD_MAX && at + size < scan->size && mask_is_word(scan->code[at + size]))
                size++;
        if (size == 0 || isdigit((unsigned char)scan->code[at]))
                return -1;
        if (quoted && !mask_starts(scan, at + size, &quote, 1))
                return -1;
        opening->chosen = (struct chosen_text){scan->code + at, size};
        opening->raw = quote == '\'' || quote == '\\';
        return (long)(at - start + size + quoted);
}

static long slot(const struct scan *scan, size_t at, struct opening *opening)
{
        switch (opening->literal->open.slot) {
        case SLOT_TAG:
                return slot_tag(scan, at, opening);
        case SLOT_DELIMITER:
                return slot_delimiter(scan, at, opening);
        case SLOT_WORD:
                return slot_word(scan, at, opening);
        case SLOT_NONE:
                break;
        }
        return 0;
}

/* Whether the literal's delimiter stands here; then opening has its size and what was chosen. */
static bool delimiter_fits(const struct scan *scan, struct opening *opening)
{
        const struct delimiter *open = &opening->literal->open;
        long chosen;

        if (!mask_starts(scan, scan->at, open->lead, open->lead_size))
                return false;
        chosen = slot(scan, scan->at + open->lead_size, opening);
        if (chosen < 0)
                return false;
        opening->size = open->lead_size + (size_t)chosen;
        if (!mask_starts(scan, scan->at + opening->size, open->trail, open->trail_size))
                return false;
        opening->size += open->trail_size;
        return true;
}

static bool has_prefix(const struct literal *literal, const char *word, size_t size)
{
        for (char **prefix = literal->prefixes; *prefix != NULL; prefix++)
                if (strlen(*prefix) == size && memcmp(*prefix, word, size) == 0)
                        return true;
        return false;
}

static bool place_fits(const struct scan *scan, const struct literal *literal, size_t from)
{
        char before = from > 0 ? scan->code[from - 1] : '\n';

        if (literal->not_after != NULL && before != '\0' && strchr(literal->not_after, before) != NULL)
                return false;
        switch (literal->at) {
        case PLACE_LINE:
                return mask_is_line_end(before);
        case PLACE_BLANK:
                return before != '\0' && strchr(" \t\n\r;&|()", before) != NULL;
        case PLACE_ANYWHERE:
                break;
        }
        return true;
}

static bool is_blank_before_value(char c)
{
        return is_blank(c) || c == '\v' || c == '\f';
}

/* Whether a value can begin here; else a slash is a division. */
static bool value_fits(const struct scan *scan, const struct opening *opening)
{
        size_t behind = scan->at + opening->size;

        if (!scan->value)
                return true;
        return opening->literal->spaced && scan->word && scan->at > 0 &&
               is_blank_before_value(scan->code[scan->at - 1]) && behind < scan->size &&
               !isspace((unsigned char)scan->code[behind]);
}

/* 'x' or '\...: one character and the close, or an escape. */
static bool single_fits(const struct scan *scan, const struct opening *opening)
{
        const struct delimiter *close = &opening->literal->close;
        size_t at = scan->at + opening->size;

        if (at >= scan->size || mask_is_line_end(scan->code[at]))
                return false;
        if (scan->code[at] == opening->literal->escape)
                return true;
        for (at++; at < scan->size && ((unsigned char)scan->code[at] & 0xc0) == 0x80;)
                at++;
        return mask_starts(scan, at, close->lead, close->lead_size);
}

bool mask_heredoc_ends(const struct scan *scan, size_t at, const struct literal *literal,
        const struct chosen_text *word, size_t *size)
{
        size_t end = at;

        while (end < scan->size && is_blank(scan->code[end]))
                end++;
        if (!mask_starts(scan, end, word->text, word->size))
                return false;
        end += word->size;
        *size = end - at;
        if (end == scan->size || mask_is_line_end(scan->code[end]))
                return true;
        return literal->loose && !mask_is_word(scan->code[end]);
}

/* A shift is no heredoc: its word stands on no line of its own. */
static bool heredoc_has_end(struct scan *scan, const struct opening *opening)
{
        const char *end = scan->code + scan->size, *from = scan->code + scan->at + opening->size;
        size_t size;

        if (scan->searches++ >= SEARCHES_MAX)
                return false;
        while ((from = memmem(from, (size_t)(end - from), opening->chosen.text, opening->chosen.size)) !=
                NULL) {
                const char *line = from;

                while (line > scan->code && is_blank(line[-1]) && from - line < 4096)
                        line--;
                if (mask_line_begins(scan, (size_t)(line - scan->code)) &&
                        mask_heredoc_ends(
                                scan, (size_t)(line - scan->code), opening->literal, &opening->chosen, &size))
                        return true;
                from += opening->chosen.size;
        }
        return false;
}

static bool fits(struct scan *scan, struct opening *opening, const char *word, size_t word_size)
{
        const struct literal *literal = opening->literal;

        if (literal->prefixes != NULL && !has_prefix(literal, word, word_size))
                return false;
        if (!delimiter_fits(scan, opening) ||
                !place_fits(scan, literal, scan->at - (literal->prefixes != NULL ? word_size : 0)))
                return false;
        if (literal->prefixes == NULL && literal->value && !value_fits(scan, opening))
                return false;
        return !literal->single || single_fits(scan, opening);
}

bool mask_opens(struct scan *scan, const char *word, size_t word_size, struct opening *opening)
{
        uint64_t left = scan->syntax->first[(unsigned char)scan->code[scan->at]];
        bool found = false;

        left &= word_size > 0 ? scan->syntax->prefixed : ~scan->syntax->prefixed;
        while (left != 0) {
                struct opening one = {.literal = &scan->syntax->literals[__builtin_ctzll(left)]};
                left &= left - 1;
                if (!fits(scan, &one, word, word_size))
                        continue;
                if (!found || one.size > opening->size)
                        *opening = one;
                found = true;
        }
        if (found && opening->literal->kind == LITERAL_HEREDOC)
                return heredoc_has_end(scan, opening);
        return found;
}
