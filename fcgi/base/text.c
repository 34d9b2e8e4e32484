/* Nearest words and UTF-8. */
#include "fcgi/base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 64 /* longer words have no near one: keeps the distance matrix small */

static size_t least(size_t a, size_t b)
{
        return a < b ? a : b;
}

/* Edit distance in which swapping two neighbours counts as one edit: 'tmie' is one away from 'time'. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
        size_t rows[3][WORD_MAX + 1];
        for (size_t j = 0; j <= b_length; j++)
                rows[0][j] = j;
        for (size_t i = 1; i <= a_length; i++) {
                size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
                row[0] = i;
                for (size_t j = 1; j <= b_length; j++) {
                        size_t changed = above[j - 1] + (a[i - 1] != b[j - 1]);
                        row[j] = least(changed, least(above[j], row[j - 1]) + 1);
                        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                                row[j] = least(row[j], before[j - 2] + 1);
                }
        }
        return rows[a_length % 3][b_length];
}

const char *text_nearest(const char *word, const char *const *list)
{
        size_t length = strlen(word);
        if (length > WORD_MAX)
                return NULL;
        size_t limit = length / 3 > 1 ? length / 3 : 1;
        const char *nearest = NULL;
        for (; *list; list++) {
                size_t other = strlen(*list);
                if (other > WORD_MAX)
                        continue;
                size_t steps = distance(word, length, *list, other);
                if (steps < limit || (steps == limit && !nearest)) {
                        nearest = *list;
                        limit = steps;
                }
        }
        return nearest;
}

/* How the sequence at bytes begins: *valid says whether a whole character stands there; returns its length,
 * or that of the maximal invalid subpart, at least 1. The ranges are Table 3-7 of the Unicode Standard. */
static size_t sequence(const unsigned char *bytes, size_t length, bool *valid)
{
        unsigned char first = bytes[0], low = 0x80, high = 0xBF;
        size_t need;
        *valid = first < 0x80;
        if (first < 0xC2 || first > 0xF4)
                return 1;
        if (first < 0xE0)
                need = 2;
        else if (first < 0xF0)
                need = 3;
        else
                need = 4;
        if (first == 0xE0)
                low = 0xA0;
        else if (first == 0xED)
                high = 0x9F;
        else if (first == 0xF0)
                low = 0x90;
        else if (first == 0xF4)
                high = 0x8F;
        size_t at = 1;
        while (at < need && at < length && bytes[at] >= low && bytes[at] <= high) {
                at++;
                low = 0x80;
                high = 0xBF;
        }
        *valid = at == need;
        return at;
}

/* Length of the ASCII at the front: eight bytes at a time, since most output is nothing else. */
static size_t ascii(const unsigned char *bytes, size_t length)
{
        size_t at = 0;
        uint64_t eight;
        while (at + sizeof eight <= length) {
                memcpy(&eight, bytes + at, sizeof eight);
                if (eight & UINT64_C(0x8080808080808080))
                        break;
                at += sizeof eight;
        }
        while (at < length && bytes[at] < 0x80)
                at++;
        return at;
}

bool text_is_utf8(const char *bytes, size_t length)
{
        const unsigned char *from = (const unsigned char *)bytes;
        if (length == 0) /* maybe no bytes at all: NULL */
                return true;
        for (size_t at = 0; (at += ascii(from + at, length - at)) < length;) {
                bool valid;
                at += sequence(from + at, length - at, &valid);
                if (!valid)
                        return false;
        }
        return true;
}

bool text_is_control(const char *character, size_t length)
{
        unsigned char first = (unsigned char)*character;
        return first < ' ' || first == 0x7F ||
               (length == 2 && first == 0xC2 && (unsigned char)character[1] < 0xA0);
}

size_t text_cut(const char *bytes, size_t length, size_t max)
{
        if (length <= max)
                return length;
        for (size_t back = 0; back < 4 && back <= max; back++)
                if (((unsigned char)bytes[max - back] & 0xC0) != 0x80)
                        return max - back;
        return max;
}

/* Copy into to (or only count, when it is NULL); returns the size. */
static size_t substitute(unsigned char *to, const unsigned char *bytes, size_t length)
{
        size_t size = 0;
        for (size_t at = 0; at < length;) {
                bool valid = true;
                size_t step = bytes[at] < 0x80 ? ascii(bytes + at, length - at)
                                               : sequence(bytes + at, length - at, &valid);
                if (!valid && to) {
                        to[size] = 0xEF;
                        to[size + 1] = 0xBF;
                        to[size + 2] = 0xBD;
                } else if (to) {
                        memcpy(to + size, bytes + at, step);
                }
                size += valid ? step : 3;
                at += step;
        }
        return size;
}

char *text_to_utf8(const char *bytes, size_t length, size_t *out_length)
{
        if (length > SIZE_MAX / 3 - 1)
                return NULL;
        size_t size = substitute(NULL, (const unsigned char *)bytes, length);
        char *copy = malloc(size + 1);
        if (!copy)
                return NULL;
        substitute((unsigned char *)copy, (const unsigned char *)bytes, length);
        copy[size] = 0;
        *out_length = size;
        return copy;
}
