/* Percentiles. */
#include "tests/bench/samples.h"

#include <stdlib.h>

void samples_add(struct samples *samples, int64_t us)
{
        if (samples->count < SAMPLES_MAX)
                samples->us[samples->count++] = us;
}

static int ascending(const void *a, const void *b)
{
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
        return (x > y) - (x < y);
}

double samples_ms(struct samples *samples, double percent)
{
        if (!samples->count)
                return 0;
        qsort(samples->us, samples->count, sizeof *samples->us, ascending);
        /* Nearest rank: the smallest value with at least so many percent at or below it. */
        size_t rank = (size_t)(percent / 100 * (double)samples->count + 0.999999);
        return (double)samples->us[rank ? rank - 1 : 0] / 1000;
}
