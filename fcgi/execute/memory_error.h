/* Whether a program's stderr shows that its runtime ran out of memory and said so itself. */
#ifndef SANDPOOL_EXECUTE_MEMORY_ERROR_H
#define SANDPOOL_EXECUTE_MEMORY_ERROR_H

#include <stdbool.h>
#include <stddef.h>

/* pattern: PCRE2, as in a language's memory_error; NULL matches nothing. A pattern that does not compile (the
 * registry refuses such a one) or exceeds PCRE2's limits matches nothing either. */
bool memory_error_matches(const char *pattern, const char *text, size_t size);

#endif
