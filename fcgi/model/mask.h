/* Blanks out what is text and not code, so that rules see code alone. */
#ifndef SANDPOOL_MASK_H
#define SANDPOOL_MASK_H

#include "fcgi/model/language.h"

#include <stddef.h>

/* Copy size bytes of code into both buffers (of size bytes each). In bare, comments are spaces; in code_only,
 * the contents of strings too (their quotes stay). Line ends stay, so that every place keeps its offset and
 * its line. An unclosed comment or multi-line string reaches to the end, an unclosed string of one line to
 * its line's end. What a language's delimiters cannot say (code inside of template strings, literals that
 * look like quotes) is masked or left as the delimiters have it. */
void mask_code(const struct language *language, const char *code, size_t size, char *bare, char *code_only);

#endif
