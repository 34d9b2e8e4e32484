/* Each value but the first stands behind a comma or an opening bracket. */
#include "fcgi/model/json_values.h"

/* Past the string whose quote stands before `at`. */
static size_t skip_string(const char *text, size_t size, size_t at)
{
        while (at < size && text[at] != '"')
                at += text[at] == '\\' ? 2 : 1;
        return at < size ? at + 1 : size;
}

size_t json_values_count(const char *text, size_t size)
{
        size_t count = 1;

        for (size_t at = 0; at < size;) {
                char c = text[at++];

                if (c == '"')
                        at = skip_string(text, size, at);
                else
                        count += c == ',' || c == '[' || c == '{';
        }
        return count;
}
