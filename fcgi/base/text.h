/* Small things about strings. */
#ifndef SANDPOOL_TEXT_H
#define SANDPOOL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The word of the NULL-terminated list that is nearest to word by Levenshtein distance, if it is near enough
 * to be what was meant (distance at most a third of its length, at least 1); else NULL. */
const char *text_nearest(const char *word, const char *const *list);

/* Whether the bytes are valid UTF-8 (RFC 3629: no surrogates, nothing over U+10FFFF, no overlong forms). */
bool text_is_utf8(const char *bytes, size_t length);

/* Whether the character of length bytes (at least 1) is a control character: also U+0080 to U+009F, which
 * terminals obey as well. */
bool text_is_control(const char *character, size_t length);

/* Where to cut bytes so that at most max of them stay: where a character begins, if one does near there. */
size_t text_cut(const char *bytes, size_t length, size_t max);

/* A malloc'd copy in which each maximal invalid sequence is U+FFFD (Unicode 15, 3.9, "substitution of maximal
 * subparts"); its size in *out_length, a NUL behind it; NULL when memory is out. */
char *text_to_utf8(const char *bytes, size_t length, size_t *out_length);

#endif
