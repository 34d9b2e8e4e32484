/* Searches a failed program's stderr for the language's out-of-memory pattern. */
#include "fcgi/execute/memory_error.h"
#include "fcgi/model/pattern.h"

/* The message is among the last things a runtime says. */
#define TAIL_BYTES 65536

/* Compiled anew for each failed run: some 10 microseconds, against state that every worker would keep per
 * language. */
bool memory_error_matches(const char *pattern, const char *text, size_t size)
{
        size_t start, end;
        if (!pattern || !size)
                return false;
        struct pattern *compiled = pattern_new("memory_error", pattern, NULL);
        if (!compiled)
                return false;
        size_t offset = size > TAIL_BYTES ? size - TAIL_BYTES : 0;
        bool found = pattern_find(compiled, text + offset, size - offset, 0, &start, &end, NULL) == 1;
        pattern_free(compiled);
        return found;
}
