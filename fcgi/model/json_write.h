/* Writes JSON into a buffer, fast for long texts. Every function returns 0, or -1 when the buffer's ceiling
 * or memory does not allow it. Commas are the caller's. */
#ifndef SANDPOOL_JSON_WRITE_H
#define SANDPOOL_JSON_WRITE_H

#include "fcgi/base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that are valid UTF-8, as they stand (braces, keys that need no escaping, commas). */
int json_write_raw(struct buffer *out, const char *text);

/* A string with its quotes. The bytes must be valid UTF-8; NUL and other control characters are escaped.
 * The ceiling must leave room for six times the last 4 KiB of it. */
int json_write_text(struct buffer *out, const char *bytes, size_t length);

/* The same of a NUL-terminated string; NULL becomes null. */
int json_write_word(struct buffer *out, const char *text);

int json_write_number(struct buffer *out, int64_t number);

/* A key, as it stands with its quotes, colon and maybe a comma before it, and its value. */
int json_write_key_number(struct buffer *out, const char *key, int64_t number);
int json_write_key_word(struct buffer *out, const char *key, const char *word);
int json_write_key_flag(struct buffer *out, const char *key, bool flag);

/* Any bytes: as a text, with U+FFFD for what is not UTF-8, or base64. */
int json_write_key_bytes(struct buffer *out, const char *key, const char *bytes, size_t length, bool base64);

#endif
