/* How many values JSON text has: a parser makes some hundred bytes of each, however few it is written with.
 */
#ifndef SANDPOOL_JSON_VALUES_H
#define SANDPOOL_JSON_VALUES_H

#include <stddef.h>

/* At least as many as there are objects, arrays, strings, numbers, true, false and null in the text, keys of
 * objects aside (RFC 8259); of text that is no JSON, as many as a parser can meet before it sees that. */
size_t json_values_count(const char *text, size_t size);

#endif
