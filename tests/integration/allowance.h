/* How many requests of one client the shipped limit lets through: ten a minute, and a burst of ten. */
#ifndef SANDPOOL_TEST_ALLOWANCE_H
#define SANDPOOL_TEST_ALLOWANCE_H

#include "fcgi/base/clock.h"

#define ALLOWANCE_BURST 10
#define ALLOWANCE_REFILL_MS 6000

/* At most, of those sent since a time (clock_ms) before the first: one more for each six seconds, so that a
 * machine that is slow does not fail who asks. */
static inline int allowance_since(int64_t began_ms)
{
        return ALLOWANCE_BURST + 1 + (int)((clock_ms() - began_ms) / ALLOWANCE_REFILL_MS);
}

#endif
