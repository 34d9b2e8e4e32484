/* Monotonic time. */
#ifndef SANDPOOL_CLOCK_H
#define SANDPOOL_CLOCK_H

#include <stdint.h>

/* Milliseconds, microseconds of CLOCK_MONOTONIC. */
int64_t clock_ms(void);
int64_t clock_us(void);

/* Milliseconds from now to the deadline (as of clock_ms), never negative, at most INT_MAX: for poll(). */
int clock_left_ms(int64_t deadline_ms);

/* The earlier of two times; a b of 0 stands for none. */
int64_t clock_earlier(int64_t a, int64_t b);

#endif
