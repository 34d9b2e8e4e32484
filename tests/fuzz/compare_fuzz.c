/* Fuzzes comparing: the first byte is the mode, then two texts with a 0x1e between them. */
#include "fcgi/base/text.h"
#include "fcgi/base/compare.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char said[COMPARE_TEXT_SIZE];
        if (!size)
                return 0;
        const struct compare compare = {(enum compare_mode)(data[0] % 4), 1e-6};
        const char *a = (const char *)data + 1, *between = memchr(a, 0x1e, size - 1);
        size_t a_size = between ? (size_t)(between - a) : size - 1;
        const char *b = between ? between + 1 : a;
        size_t b_size = between ? size - 2 - a_size : a_size;
        bool equal = compare_outputs(&compare, a, a_size, b, b_size, said);
        if (equal != !said[0] || !text_is_utf8(said, strlen(said)) || strlen(said) >= sizeof said - 1)
                abort();
        if (compare_outputs(&compare, b, b_size, a, a_size, said) != equal && compare.mode != COMPARE_FLOAT)
                abort();
        if (!compare_outputs(&compare, a, a_size, a, a_size, said))
                abort();
        return 0;
}
