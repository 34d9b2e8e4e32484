#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

int main(void)
{
        struct timespec before, after;
        char one[16], other[16];
        assert(time(NULL) > 1735689600);
        clock_gettime(CLOCK_MONOTONIC, &before);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        clock_gettime(CLOCK_MONOTONIC, &after);
        assert((after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec >= 10000000);
        srand((unsigned)time(NULL));
        for (int i = 0; i < 1000; i++)
                assert(rand() % 6 < 6);
        assert(getrandom(one, sizeof one, 0) == sizeof one &&
                getrandom(other, sizeof other, 0) == sizeof other);
        assert(memcmp(one, other, sizeof one));
        puts("time and random");
}
