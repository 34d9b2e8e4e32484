/* Fills every writable place to its last byte. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

static long fill(const char *place)
{
        static char block[65536];
        long total = 0;
        memset(block, 'y', sizeof block);
        for (int i = 0; i < 100; i++) {
                char path[256];
                snprintf(path, sizeof path, "%s/full%d", place, i);
                int fd = open(path, O_WRONLY | O_CREAT, 0600);
                ssize_t put = 0;
                while (fd >= 0 && (put = write(fd, block, sizeof block)) > 0)
                        total += put;
                if (fd < 0 || errno == ENOSPC)
                        return total;
                close(fd);
        }
        return -1;
}

int main(void)
{
        signal(SIGXFSZ, SIG_IGN);
        for (int i = 0; i < ATTACK_PLACES; i++)
                printf("%ld ", fill(attack_places[i]) >> 20);
        puts("MiB");
        return 0;
}
