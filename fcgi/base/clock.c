/* Monotonic time. */
#include "fcgi/base/clock.h"

#include <limits.h>
#include <time.h>

int64_t clock_us(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_ms(void)
{
        return clock_us() / 1000;
}

int clock_left_ms(int64_t deadline_ms)
{
        int64_t left = deadline_ms - clock_ms();
        if (left < 0)
                return 0;
        return left > INT_MAX ? INT_MAX : (int)left;
}

int64_t clock_earlier(int64_t a, int64_t b)
{
        return b && b < a ? b : a;
}
