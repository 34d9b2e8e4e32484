/* Writes JSON into a buffer. */
#include "fcgi/model/json_write.h"

#include "fcgi/base/text.h"
#include "fcgi/model/base64.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
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

int json_write_key_number(struct buffer *out, const char *key, int64_t number)
{
        return json_write_raw(out, key) < 0 ? -1 : json_write_number(out, number);
}

int json_write_key_word(struct buffer *out, const char *key, const char *word)
{
        return json_write_raw(out, key) < 0 ? -1 : json_write_word(out, word);
}

int json_write_key_flag(struct buffer *out, const char *key, bool flag)
{
        return json_write_raw(out, key) < 0 ? -1 : json_write_raw(out, flag ? "true" : "false");
}

/* Most output is valid as it stands: only the rest is copied. */
int json_write_key_bytes(struct buffer *out, const char *key, const char *bytes, size_t length, bool base64)
{
        char *copy = NULL;
        size_t size = 0;
        int rc = -1;

        if (json_write_raw(out, key) < 0)
                return -1;
        if (!base64 && text_is_utf8(bytes, length))
                return json_write_text(out, bytes, length);
        if (base64) {
                size = base64_size(length);
                copy = malloc(size + 1);
                if (copy != NULL)
                        base64_encode(bytes, length, copy);
        } else {
                copy = text_to_utf8(bytes, length, &size);
        }
        if (copy != NULL)
                rc = json_write_text(out, copy, size);
        free(copy);
        return rc;
}
