/* Says in words where what a program wrote differs from what was expected. */
#ifndef SANDPOOL_DIFFERENCE_H
#define SANDPOOL_DIFFERENCE_H

#include <stdbool.h>
#include <stddef.h>

/* A line or a word; at NULL: there is none, the text ended before. */
struct piece {
        const char *at;
        size_t size;
};

/* `line 3: expected "42", got "41"`: place is "line 3". Quoted is what stands around the first byte that
 * differs, at most about 100 bytes of each; where characters beyond ASCII differ, which may look the same,
 * their code points are named. text is valid UTF-8 if place is. */
void difference_say(
        const char *place, struct piece expected, struct piece got, bool any_output, char *text, size_t size);

#endif
