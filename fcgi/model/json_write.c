/* Writes JSON into a buffer. */
#include "fcgi/model/json_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int json_write_raw(struct buffer *out, const char *text)
{
        return buffer_add_string(out, text);
}

enum { CHUNK = 4096, ESCAPE = 6 };

/* One byte, as it stands or escaped; returns behind it. By hand: a megabyte of NULs is a megabyte of these.
 */
static char *put(char *to, unsigned char c)
{
        static const char letters[] = {['\b'] = 'b',
                ['\t'] = 't',
                ['\n'] = 'n',
                ['\f'] = 'f',
                ['\r'] = 'r',
                ['"'] = '"',
                ['\\'] = '\\'};
        static const char hex[] = "0123456789abcdef";

        if (c >= ' ' && c != '"' && c != '\\') {
                *to++ = (char)c;
        } else if (letters[c] != 0) {
                *to++ = '\\';
                *to++ = letters[c];
        } else {
                memcpy(to, "\\u00", 4);
                to[4] = hex[c >> 4];
                to[5] = hex[c & 15];
                to += ESCAPE;
        }
        return to;
}

int json_write_text(struct buffer *out, const char *bytes, size_t length)
{
        if (buffer_add(out, "\"", 1) < 0)
                return -1;
        for (size_t at = 0; at < length;) {
                size_t stop = length - at < CHUNK ? length : at + CHUNK;
                char *start = buffer_reserve(out, (stop - at) * ESCAPE), *to = start;

                if (start == NULL)
                        return -1;
                while (at < stop)
                        to = put(to, (unsigned char)bytes[at++]);
                out->size += (size_t)(to - start);
        }
        return buffer_add(out, "\"", 1);
}

int json_write_word(struct buffer *out, const char *text)
{
        return text != NULL ? json_write_text(out, text, strlen(text)) : json_write_raw(out, "null");
}

int json_write_number(struct buffer *out, int64_t number)
{
        char text[24];

        snprintf(text, sizeof text, "%" PRId64, number);
        return buffer_add_string(out, text);
}
