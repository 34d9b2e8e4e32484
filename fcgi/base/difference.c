/* Quotes two pieces of text around their first difference. */
#include "fcgi/base/difference.h"
#include "fcgi/base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { QUOTE_SIZE = 128, SHOWN = 100, BEFORE = 30, CONTEXT = 20, CHARACTER_MAX = 4 };

/* Bytes of the character at the front, 0 when it is not valid UTF-8. */
static size_t character(const char *at, size_t size)
{
        unsigned char first = (unsigned char)*at;
        size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        return length <= size && text_is_utf8(at, length) ? length : 0;
}

/* Where the character begins that the byte belongs to. */
static size_t boundary(struct piece piece, size_t at)
{
        for (size_t back = 0; back < CHARACTER_MAX && back <= at; back++)
                if (at - back < piece.size && ((unsigned char)piece.at[at - back] & 0xC0) != 0x80)
                        return at - back;
        return at;
}

/* One character as it is shown; returns its bytes in the piece. */
static size_t show(const char *at, size_t size, char shown[16])
{
        static const char letters[][2] = {
                {'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}, {'"', '"'}, {'\\', '\\'}, {'\0', '0'}};
        size_t length = character(at, size);
        for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
                if (*at == letters[i][0]) {
                        snprintf(shown, 16, "\\%c", letters[i][1]);
                        return 1;
                }
        if (!length || text_is_control(at, length)) {
                snprintf(shown, 16, "\\x%02x", (unsigned char)*at);
                return 1;
        }
        memcpy(shown, at, length);
        shown[length] = 0;
        return length;
}

static void quote(struct piece piece, size_t differs, char quoted[QUOTE_SIZE])
{
        size_t at = differs > BEFORE ? boundary(piece, differs - CONTEXT) : 0, used = 0;
        char shown[16];
        used = (size_t)snprintf(quoted, QUOTE_SIZE, "\"%s", at ? "..." : "");
        while (at < piece.size && used < SHOWN) {
                at += show(piece.at + at, piece.size - at, shown);
                used += (size_t)snprintf(quoted + used, QUOTE_SIZE - used, "%s", shown);
        }
        snprintf(quoted + used, QUOTE_SIZE - used, "%s\"", at < piece.size ? "..." : "");
}

static size_t first_difference(struct piece a, struct piece b)
{
        size_t at = 0;
        while (at < a.size && at < b.size && a.at[at] == b.at[at])
                at++;
        return at;
}

/* 0 where there is no character, or no valid one. */
static uint32_t code_point(struct piece piece, size_t at)
{
        static const unsigned char masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
        if (at >= piece.size)
                return 0;
        size_t begin = boundary(piece, at);
        size_t length = character(piece.at + begin, piece.size - begin);
        if (begin + length <= at) /* not this byte's: it belongs to no character */
                return 0;
        uint32_t point = (unsigned char)piece.at[begin] & masks[length];
        for (size_t i = 1; i < length; i++)
                point = point << 6 | ((unsigned char)piece.at[begin + i] & 0x3F);
        return point;
}

static void name_characters(uint32_t expected, uint32_t got, char *text, size_t size)
{
        *text = 0;
        if (expected && got && (expected > 0x7F || got > 0x7F))
                snprintf(text, size, " (expected U+%04X, got U+%04X)", expected, got);
}

void difference_say(
        const char *place, struct piece expected, struct piece got, bool any_output, char *text, size_t size)
{
        char wanted[QUOTE_SIZE] = "the end of the output", had[QUOTE_SIZE] = "the end of the output",
             points[64];
        size_t at = first_difference(expected, got);
        if (expected.at)
                quote(expected, at, wanted);
        if (got.at)
                quote(got, at, had);
        else if (!any_output)
                snprintf(had, sizeof had, "no output");
        name_characters(code_point(expected, at), code_point(got, at), points, sizeof points);
        snprintf(text, size, "%s: expected %s, got %s%s", place, wanted, had, points);
}
