/* A machine whose clock can be set, for the processes that load this (LD_PRELOAD): what tells the time of day
 * is shifted by the number of seconds that stands in the file SANDPOOL_TEST_CLOCK. Monotonic time is not
 * touched, as it is not where somebody sets the clock. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *shift;

/* Mapped before main, so that processes that may open no file any more see it change, too. */
__attribute__((constructor)) static void map_shift(void)
{
        const char *path = getenv("SANDPOOL_TEST_CLOCK");
        int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
        void *memory = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, fd, 0);
        if (fd >= 0)
                close(fd);
        if (memory != MAP_FAILED)
                shift = memory;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
        int rc = (int)syscall(SYS_clock_gettime, clock, now);
        if (rc == 0 && shift && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
                now->tv_sec += *shift;
        return rc;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
        struct timespec exact;
        (void)zone;
        int rc = clock_gettime(CLOCK_REALTIME, &exact);
        *now = (struct timeval){.tv_sec = exact.tv_sec, .tv_usec = exact.tv_nsec / 1000};
        return rc;
}

time_t time(time_t *out)
{
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        if (out)
                *out = now.tv_sec;
        return now.tv_sec;
}
