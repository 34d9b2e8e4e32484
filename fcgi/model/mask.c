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

static struct frame *top(struct scan *scan)
{
        return &scan->stack[scan->depth];
}

/* Go past a byte that is no code. */
static void blank(struct scan *scan, bool comment)
{
        size_t at = scan->at++;

        if (mask_is_line_end(scan->code[at]))
                return;
        scan->code_only[at] = ' ';
        if (comment)
                scan->bare[at] = ' ';
}

static void pop(struct scan *scan)
{
        scan->depth--;
        scan->value = true;
        scan->word = false;
}

static char mirrored(char c)
{
        static const char pairs[] = "()[]{}<>";
        const char *found = strchr(pairs, c);

        return c != '\0' && found != NULL && (found - pairs) % 2 == 0 ? found[1] : c;
}

/* There is always room: holes leave some. */
static void push_literal(struct scan *scan, const struct opening *opening)
{
        scan->depth++;
        *top(scan) = (struct frame){.literal = opening->literal,
                .chosen = opening->chosen,
                .open = opening->delimiter,
                .close = mirrored(opening->delimiter),
                .parts = opening->literal->parts,
                .raw = opening->raw};
}

static void open_literal(struct scan *scan, const struct opening *opening)
{
        const struct literal *literal = opening->literal;
        size_t end = scan->at + opening->size;

        while (scan->at < end)
                if (literal->kind == LITERAL_COMMENT)
                        blank(scan, true);
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

                if (!mask_is_word(c) && !separator)
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
        struct frame *frame = top(scan);
        const struct literal *literal = frame->literal;
        size_t close = strlen(frame->hole->close);
        char c = scan->code[scan->at];

        if (frame->nest == 0 && mask_starts(scan, scan->at, frame->hole->close, close)) {
                scan->at += close;
                pop(scan);
                return true;
        }
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

        if (mask_is_line_end(c)) {
                end_code_line(scan);
                return;
        }
        if (c == ' ' || c == '\t') {
                scan->at++;
                return;
        }
        if (top(scan)->hole != NULL && walk_hole(scan))
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

/* Begin a hole of the text, if one begins here. */
static bool open_hole(struct scan *scan, const struct literal *literal)
{
        for (const struct hole *hole = literal->holes; hole != NULL && hole->open != NULL; hole++) {
                size_t size = strlen(hole->open);

                if (!mask_starts(scan, scan->at, hole->open, size))
                        continue;
                /* {{ in a text with {} stands for a brace. */
                if (size == 1 && mask_starts(scan, scan->at + 1, hole->open, 1) && literal->format != '\0' &&
                        !top(scan)->format)
                        continue;
                if (scan->depth + 2 >= sizeof scan->stack / sizeof *scan->stack) {
                        if (scan->too_deep == scan->size)
                                scan->too_deep = scan->at;
                        return false;
                }
                scan->at += size;
                scan->depth++;
                *top(scan) = (struct frame){.literal = literal, .hole = hole};
                scan->value = scan->word = false;
                return true;
        }
        return false;
}

/* In a hole behind its format character: text up to the hole's end, which may have holes again. */
static void walk_format(struct scan *scan)
{
        const struct hole *hole = top(scan)->hole;
        const struct literal *literal = top(scan)->literal;
        size_t close = strlen(hole->close);

        if (mask_starts(scan, scan->at, hole->close, close)) {
                scan->at += close;
                pop(scan);
        } else if (mask_is_line_end(scan->code[scan->at]) && !literal->multiline) {
                pop(scan);
        } else if (!open_hole(scan, literal)) {
                blank(scan, false);
        }
}

/* Where {delimiter} was chosen: brackets count, and s{}{} has two of them. */
static bool walk_delimited(struct scan *scan)
{
        struct frame *frame = top(scan);
        char c = scan->code[scan->at];

        if (c == frame->open && frame->open != frame->close) {
                frame->nest++;
                return false;
        }
        if (c != frame->close)
                return false;
        if (frame->nest > 0) {
                frame->nest--;
                return false;
        }
        scan->at++;
        if (--frame->parts == 0) {
                pop(scan);
                return true;
        }
        if (frame->open == frame->close)
                return true;
        while (scan->at < scan->size && isspace((unsigned char)scan->code[scan->at]))
                scan->at++;
        if (scan->at < scan->size && !mask_is_word(scan->code[scan->at])) {
                frame->open = scan->code[scan->at++];
                frame->close = mirrored(frame->open);
        }
        return true;
}

/* The size of the literal's close if it stands here, else 0. */
static size_t closes(const struct scan *scan, const struct frame *frame)
{
        const struct delimiter *close = &frame->literal->close;
        size_t at = scan->at;

        if (close->text == NULL || !mask_starts(scan, at, close->lead, close->lead_size))
                return 0;
        at += close->lead_size;
        if (close->slot == SLOT_TAG) {
                if (!mask_starts(scan, at, frame->chosen.text, frame->chosen.size))
                        return 0;
                at += frame->chosen.size;
                if (!mask_starts(scan, at, close->trail, close->trail_size))
                        return 0;
                at += close->trail_size;
        }
        return at - scan->at;
}

static void blank_all(struct scan *scan, size_t size, bool comment)
{
        while (size-- > 0)
                blank(scan, comment);
}

/* At the literal's end. */
static void close_literal(struct scan *scan, size_t size)
{
        struct frame *frame = top(scan);
        const struct literal *literal = frame->literal;
        bool comment = literal->kind == LITERAL_COMMENT;

        if (literal->doubled && mask_starts(scan, scan->at + size, scan->code + scan->at, size)) {
                blank_all(scan, 2 * size, comment);
                return;
        }
        if (frame->nest > 0) {
                frame->nest--;
                blank_all(scan, size, comment);
                return;
        }
        if (comment) {
                blank_all(scan, size, true);
                scan->depth--; /* what stands before it still counts */
        } else {
                scan->at += size;
                pop(scan);
        }
}

static void walk_escape(struct scan *scan, bool comment)
{
        bool pair;

        blank(scan, comment);
        pair = mask_starts(scan, scan->at, "\r\n", 2);
        blank_all(scan, pair ? 2 : 1, comment);
}

/* Returns whether the byte was dealt with. */
static bool walk_end(struct scan *scan)
{
        struct frame *frame = top(scan);
        const struct literal *literal = frame->literal;
        size_t size;

        if (literal->kind == LITERAL_HEREDOC) {
                if (!mask_line_begins(scan, scan->at) ||
                        !mask_heredoc_ends(scan, scan->at, literal, &frame->chosen, &size))
                        return false;
                blank_all(scan, size, false);
                pop(scan);
                return true;
        }
        if (literal->open.slot == SLOT_DELIMITER)
                return walk_delimited(scan);
        if (frame->in_brackets || (size = closes(scan, frame)) == 0)
                return false;
        close_literal(scan, size);
        return true;
}

static void walk_text(struct scan *scan)
{
        struct frame *frame = top(scan);
        const struct literal *literal = frame->literal;
        bool comment = literal->kind == LITERAL_COMMENT;
        char c = scan->code[scan->at];

        if (literal->escape != '\0' && c == literal->escape && !frame->raw && scan->at + 1 < scan->size) {
                walk_escape(scan, comment);
                return;
        }
        if (walk_end(scan))
                return;
        if (mask_is_line_end(c) && !literal->multiline) {
                scan->depth--;
                return;
        }
        if (literal->brackets && (c == '[' || c == ']'))
                frame->in_brackets = c == '[';
        if (!frame->raw && open_hole(scan, literal))
                return;
        if (literal->nested && mask_starts(scan, scan->at, literal->open.text, strlen(literal->open.text))) {
                frame->nest++;
                blank_all(scan, strlen(literal->open.text), comment);
                return;
        }
        blank(scan, comment);
        /* {{ is no hole, and its second brace begins none. */
        if (literal->format != '\0' && (c == '{') && mask_starts(scan, scan->at, "{", 1))
                blank(scan, comment);
}

/* The length of a character that is blank without being ASCII, at the code's beginning; else 0. */
static size_t wide_blank(const char *code, size_t size)
{
        static const char *const blanks[] = {"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xa8",
                "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\xef\xbb\xbf"};

        if (strchr("\xc2\xe1\xe2\xe3\xef", *code) == NULL)
                return 0;
        if (size >= 3 && memcmp(code, "\xe2\x80", 2) == 0 && (unsigned char)code[2] >= 0x80 &&
                (unsigned char)code[2] <= 0x8a)
                return 3;
        for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
                if (strlen(blanks[i]) <= size && memcmp(code, blanks[i], strlen(blanks[i])) == 0)
                        return strlen(blanks[i]);
        return 0;
}

/* Copy with everything that is not ASCII made a letter, or a blank where it is one. */
static void copy_ascii(const char *code, size_t size, char *copy)
{
        for (size_t i = 0, length; i < size; i += length) {
                bool ascii = (unsigned char)code[i] < 0x80;

                length = ascii ? 0 : wide_blank(code + i, size - i);
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

        copy_ascii(code, size, bare);
        memcpy(code_only, bare, size);
        if (syntax->outside != NULL)
                push_literal(&scan, &(struct opening){.literal = syntax->outside});
        while (scan.at < size) {
                const struct frame *frame = top(&scan);

                if (frame->format)
                        walk_format(&scan);
                else if (frame->literal == NULL || frame->hole != NULL)
                        walk_code(&scan);
                else
                        walk_text(&scan);
        }
        return scan.too_deep;
}
