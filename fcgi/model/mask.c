/* Blanks comments and texts by a language's syntax.
 *
 * One pass, with a stack. At its bottom is code. A comment or text that begins puts a frame on the stack,
 * which its end takes off; a hole in a text, such as ${...}, puts another one, in which there is code again.
 * A heredoc waits until the line that names it ends. Each step goes forward by at least a byte, or takes a
 * frame off, and looks at a bounded number of bytes ahead (but for the ends of heredocs, whose searches are
 * counted). */
#include "fcgi/model/mask_scan.h"

#include <ctype.h>
#include <string.h>

/* The length of a character that is blank without being ASCII, at the code's beginning; else 0. */
static size_t wide_blank(const struct syntax *syntax, const char *code, size_t size)
{
        static const char *const blanks[] = {"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xa8",
                "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\xef\xbb\xbf"};

        if (syntax->wide_names || strchr("\xc2\xe1\xe2\xe3\xef", *code) == NULL)
                return 0;
        if (size >= 3 && memcmp(code, "\xe2\x80", 2) == 0 && (unsigned char)code[2] >= 0x80 &&
                (unsigned char)code[2] <= 0x8a)
                return 3;
        for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
                if (strlen(blanks[i]) <= size && memcmp(code, blanks[i], strlen(blanks[i])) == 0)
                        return strlen(blanks[i]);
        return 0;
}

/* The same for any blank that ends no line, where the scan is. */
static size_t blank(const struct scan *scan)
{
        char c = scan->code[scan->at];

        if (c == ' ' || c == '\t' || c == '\v' || c == '\f')
                return 1;
        return wide_blank(scan->syntax, scan->code + scan->at, scan->size - scan->at);
}

struct frame *mask_top(struct scan *scan)
{
        return &scan->stack[scan->depth];
}

void mask_blank(struct scan *scan, bool comment)
{
        size_t at = scan->at++;

        if (mask_is_line_end(scan->code[at]))
                return;
        scan->code_only[at] = ' ';
        if (comment)
                scan->bare[at] = ' ';
}

void mask_pop(struct scan *scan)
{
        scan->depth--;
        scan->value = true;
        scan->word = false;
}

char mask_mirrored(char c)
{
        static const char pairs[] = "()[]{}<>";
        const char *found = strchr(pairs, c);

        return c != '\0' && found != NULL && (found - pairs) % 2 == 0 ? found[1] : c;
}

/* There is always room: holes leave some. */
static void push_literal(struct scan *scan, const struct opening *opening)
{
        scan->depth++;
        *mask_top(scan) = (struct frame){.literal = opening->literal,
                .chosen = opening->chosen,
                .open = opening->delimiter,
                .close = mask_mirrored(opening->delimiter),
                .parts = opening->literal->parts,
                .raw = opening->raw};
}

static void open_literal(struct scan *scan, const struct opening *opening)
{
        const struct literal *literal = opening->literal;
        size_t end = scan->at + opening->size;

        while (scan->at < end)
                if (literal->kind == LITERAL_COMMENT)
                        mask_blank(scan, true);
                else
                        scan->at++;
        if (literal->kind != LITERAL_COMMENT) {
                scan->value = literal->kind == LITERAL_HEREDOC;
                scan->word = false;
        }
        if (literal->kind == LITERAL_PLAIN)
                return;
        if (literal->kind != LITERAL_HEREDOC)
                push_literal(scan, opening);
        else if (scan->heredoc_count < HEREDOCS_MAX)
                scan->heredocs[scan->heredoc_count++] = *opening;
}

/* A line of code ends: heredocs that it named begin. */
static void end_code_line(struct scan *scan)
{
        bool pair = scan->code[scan->at] == '\r' && mask_starts(scan, scan->at + 1, "\n", 1);

        scan->at += pair ? 2 : 1;
        if (scan->heredoc_count == 0)
                return;
        push_literal(scan, &scan->heredocs[0]);
        memmove(scan->heredocs, scan->heredocs + 1, --scan->heredoc_count * sizeof *scan->heredocs);
}

static bool in_list(char *const *list, const char *word, size_t size)
{
        for (; list != NULL && *list != NULL; list++)
                if (strlen(*list) == size && memcmp(*list, word, size) == 0)
                        return true;
        return false;
}

/* Go past a word or a number, and open what it is the prefix of. */
static void walk_word(struct scan *scan)
{
        const char *word = scan->code + scan->at;
        bool number = isdigit((unsigned char)*word);
        struct opening opening;
        size_t size;

        while (scan->at < scan->size) {
                char c = scan->code[scan->at];
                /* 1'000 in C++ is a number and opens nothing. */
                bool separator = number && c == '\'' && scan->at + 1 < scan->size &&
                                 isxdigit((unsigned char)scan->code[scan->at + 1]);

                if ((!mask_is_word(c) && !separator) || blank(scan) > 0)
                        break;
                scan->at++;
        }
        size = (size_t)(scan->code + scan->at - word);
        scan->value = !in_list(scan->syntax->values_after, word, size);
        scan->word = !number;
        if (scan->at < scan->size && mask_opens(scan, word, size, &opening) &&
                opening.literal->prefixes != NULL)
                open_literal(scan, &opening);
}

/* In a hole: count its brackets, see its end. Returns whether the byte was dealt with. */
static bool walk_hole(struct scan *scan)
{
        struct frame *frame = mask_top(scan);
        const struct literal *literal = frame->literal;
        size_t close = strlen(frame->hole->close);
        char c = scan->code[scan->at];

        if (frame->nest == 0 && mask_starts(scan, scan->at, frame->hole->close, close)) {
                scan->at += close;
                mask_pop(scan);
                return true;
        }
        // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a frame with a hole is a literal's
        if (frame->nest == 0 && literal->format != '\0' && c == literal->format) {
                frame->format = true;
                scan->at++;
                return true;
        }
        if (strchr("([{", c) != NULL && c != '\0')
                frame->nest++;
        else if (strchr(")]}", c) != NULL && c != '\0' && frame->nest > 0)
                frame->nest--;
        return false;
}

static void walk_code(struct scan *scan)
{
        struct opening opening;
        char c = scan->code[scan->at];
        size_t skip = blank(scan);

        if (mask_is_line_end(c)) {
                end_code_line(scan);
                return;
        }
        if (skip > 0) {
                scan->at += skip;
                return;
        }
        if (mask_top(scan)->hole != NULL && walk_hole(scan))
                return;
        if (mask_opens(scan, NULL, 0, &opening)) {
                open_literal(scan, &opening);
        } else if (mask_is_word(c)) {
                walk_word(scan);
        } else if ((c == '+' || c == '-') && mask_starts(scan, scan->at + 1, &c, 1)) {
                scan->at += 2; /* behind a++ there is a value as before */
        } else {
                scan->value = c == ')' || c == ']' || c == '}';
                scan->word = false;
                scan->at++;
        }
}

/* Copy with everything that is not ASCII made a letter, or a blank where it is one. */
static void copy_ascii(const struct syntax *syntax, const char *code, size_t size, char *copy)
{
        for (size_t i = 0, length; i < size; i += length) {
                bool ascii = (unsigned char)code[i] < 0x80;

                length = ascii ? 0 : wide_blank(syntax, code + i, size - i);
                if (ascii)
                        copy[i] = code[i];
                else
                        memset(copy + i, length > 0 ? ' ' : '_', length > 0 ? length : 1);
                length = length > 0 ? length : 1;
        }
}

size_t mask_code(const struct syntax *syntax, const char *code, size_t size, char *bare, char *code_only)
{
        struct scan scan = {.syntax = syntax,
                .code = code,
                .size = size,
                .bare = bare,
                .code_only = code_only,
                .too_deep = size};

        copy_ascii(syntax, code, size, bare);
        memcpy(code_only, bare, size);
        if (syntax->outside != NULL)
                push_literal(&scan, &(struct opening){.literal = syntax->outside});
        while (scan.at < size) {
                const struct frame *frame = mask_top(&scan);

                if (frame->format)
                        mask_walk_format(&scan);
                else if (frame->literal == NULL || frame->hole != NULL)
                        walk_code(&scan);
                else
                        mask_walk_text(&scan);
        }
        return scan.too_deep;
}
