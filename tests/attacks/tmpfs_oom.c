/* Fills all tmpfs from many small processes, then goes on with memory of their own until there is none. */
#include "attack.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
        static char block[65536];
        memset(block, 'z', sizeof block);
        signal(SIGXFSZ, SIG_IGN);
        for (int i = 0; i < 5; i++)
                fork();
        for (int round = 0; round < 64; round++) {
                char path[256];
                snprintf(path, sizeof path, "%s/%d-%d", attack_places[round % ATTACK_PLACES], (int)getpid(),
                        round);
                int fd = open(path, O_WRONLY | O_CREAT, 0600);
                for (int i = 0; fd >= 0 && i < 16 && write(fd, block, sizeof block) > 0; i++)
                        ;
        }
        for (;;) {
                char *more = malloc(sizeof block);
                if (more)
                        memset(more, 1, sizeof block);
        }
}
