/* Base64 (RFC 4648, section 4). */
#ifndef SANDPOOL_BASE64_H
#define SANDPOOL_BASE64_H

#include <stddef.h>

/* Characters that length bytes become. */
size_t base64_size(size_t length);

/* Write exactly base64_size(length) characters, without a NUL. */
void base64_encode(const void *bytes, size_t length, char *out);

/* Strict: padded, no blanks or line ends, unused bits zero. Writes at most length / 4 * 3 bytes, and a NUL
 * behind them that is not counted. Returns how many, or -1 when the text is no base64. */
long base64_decode(const char *text, size_t length, char *out);

#endif
