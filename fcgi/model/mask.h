/* Blanks out what is text and not code, so that rules see code alone. */
#ifndef SANDPOOL_MASK_H
#define SANDPOOL_MASK_H

#include "fcgi/model/syntax.h"

#include <stddef.h>

/* How deep code may stand in texts in code ... before it counts as text. */
#define MASK_DEPTH_MAX 32

/* Copy size bytes of code into both buffers (of size bytes each). In bare, comments are spaces; in code_only,
 * the contents of texts too (their delimiters stay, and so does code inside of them). Line ends stay, so that
 * every place keeps its offset and its line; bytes that are not ASCII become letters (_), or blanks where
 * they are one of Unicode's and the language takes them for such. What is unclosed reaches to the end, of one
 * line to its line's end (a comment also to one of its `line_ends`). Time is linear in size. Returns where
 * texts nest deeper than MASK_DEPTH_MAX for the first time: the code in them is blanked as text; size when
 * that is nowhere. */
size_t mask_code(const struct syntax *syntax, const char *code, size_t size, char *bare, char *code_only);

/* Whether a byte belongs to names or numbers. */
bool mask_is_word(char c);

#endif
