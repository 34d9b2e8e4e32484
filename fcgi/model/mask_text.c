/* Walks through texts and comments: their ends, escapes, and the holes with code in them. */
#include "fcgi/model/mask_scan.h"

#include <ctype.h>
#include <string.h>

/* Begin a hole of the text, if one begins here. */
static bool open_hole(struct scan *scan, const struct literal *literal)
{
        for (const struct hole *hole = literal->holes; hole != NULL && hole->open != NULL; hole++) {
                size_t size = strlen(hole->open);

                if (!mask_starts(scan, scan->at, hole->open, size))
                        continue;
                /* {{ in a text with {} stands for a brace. */
                if (size == 1 && mask_starts(scan, scan->at + 1, hole->open, 1) && literal->format != '\0' &&
                        !mask_top(scan)->format)
                        continue;
                if (scan->depth + 2 >= sizeof scan->stack / sizeof *scan->stack) {
                        if (scan->too_deep == scan->size)
                                scan->too_deep = scan->at;
                        return false;
                }
                scan->at += size;
                scan->depth++;
                *mask_top(scan) = (struct frame){.literal = literal, .hole = hole};
                scan->value = scan->word = false;
                return true;
        }
        return false;
}

/* In a hole behind its format character: text up to the hole's end, which may have holes again. */
void mask_walk_format(struct scan *scan)
{
        const struct hole *hole = mask_top(scan)->hole;
        const struct literal *literal = mask_top(scan)->literal;
        size_t close = strlen(hole->close);

        if (mask_starts(scan, scan->at, hole->close, close)) {
                scan->at += close;
                mask_pop(scan);
        } else if (mask_is_line_end(scan->code[scan->at]) && !literal->multiline) {
                mask_pop(scan);
        } else if (!open_hole(scan, literal)) {
                mask_blank(scan, false);
        }
}

/* Where {delimiter} was chosen: brackets count, and s{}{} has two of them. */
static bool walk_delimited(struct scan *scan)
{
        struct frame *frame = mask_top(scan);
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
                mask_pop(scan);
                return true;
        }
        if (frame->open == frame->close)
                return true;
        while (scan->at < scan->size && isspace((unsigned char)scan->code[scan->at]))
                scan->at++;
        if (scan->at < scan->size && !mask_is_word(scan->code[scan->at])) {
                frame->open = scan->code[scan->at++];
                frame->close = mask_mirrored(frame->open);
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
                mask_blank(scan, comment);
}

/* At the literal's end. */
static void close_literal(struct scan *scan, size_t size)
{
        struct frame *frame = mask_top(scan);
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
                mask_pop(scan);
        }
}

static void walk_escape(struct scan *scan, bool comment)
{
        bool pair;

        mask_blank(scan, comment);
        pair = mask_starts(scan, scan->at, "\r\n", 2);
        blank_all(scan, pair ? 2 : 1, comment);
}

/* Returns whether the byte was dealt with. */
static bool walk_end(struct scan *scan)
{
        struct frame *frame = mask_top(scan);
        const struct literal *literal = frame->literal;
        size_t size;

        if (literal->kind == LITERAL_HEREDOC) {
                if (!mask_line_begins(scan, scan->at) ||
                        !mask_heredoc_ends(scan, scan->at, literal, &frame->chosen, &size))
                        return false;
                blank_all(scan, size, false);
                mask_pop(scan);
                return true;
        }
        if (literal->open.slot == SLOT_DELIMITER)
                return walk_delimited(scan);
        if (frame->in_brackets || (size = closes(scan, frame)) == 0)
                return false;
        close_literal(scan, size);
        return true;
}

/* Whether the literal's line ends here. */
static bool line_ends(const struct scan *scan, const struct literal *literal)
{
        for (char **end = literal->line_ends; end != NULL && *end != NULL; end++)
                if (mask_starts(scan, scan->at, *end, strlen(*end)))
                        return true;
        return mask_is_line_end(scan->code[scan->at]);
}

void mask_walk_text(struct scan *scan)
{
        struct frame *frame = mask_top(scan);
        const struct literal *literal = frame->literal;
        bool comment = literal->kind == LITERAL_COMMENT;
        char c = scan->code[scan->at];

        if (literal->escape != '\0' && c == literal->escape && !frame->raw && scan->at + 1 < scan->size) {
                walk_escape(scan, comment);
                return;
        }
        if (walk_end(scan))
                return;
        if (!literal->multiline && line_ends(scan, literal)) {
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
        mask_blank(scan, comment);
        /* {{ is no hole, and its second brace begins none. */
        if (literal->format != '\0' && (c == '{') && mask_starts(scan, scan->at, "{", 1))
                mask_blank(scan, comment);
}
