/* A series of measurements and what stands for it. */
#ifndef SANDPOOL_BENCH_SAMPLES_H
#define SANDPOOL_BENCH_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#define SAMPLES_MAX 4096

struct samples {
        int64_t us[SAMPLES_MAX];
        size_t count;
};

/* What is over the maximum is dropped. */
void samples_add(struct samples *samples, int64_t us);

/* The value below which so many percent lie (nearest rank), in ms; 0 without samples. */
double samples_ms(struct samples *samples, double percent);

#endif
