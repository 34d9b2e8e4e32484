/* When bytes arrived at a TCP socket, by the kernel, rather than when somebody came to read them. */
#ifndef SANDPOOL_BENCH_ARRIVAL_H
#define SANDPOOL_BENCH_ARRIVAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The time of arrivals: microseconds of CLOCK_REALTIME. */
int64_t arrival_now_us(void);

/* Have the kernel note arrivals at this socket (socket(7), SO_TIMESTAMPNS). */
void arrival_ask_for(int fd);

/* As read(2); *came_us: when the last byte of it arrived; now, where the kernel has not noted it. */
ssize_t arrival_read(int fd, void *bytes, size_t size, int64_t *came_us);

#endif
