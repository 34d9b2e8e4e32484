/* Writes to both streams, from several processes, without an end. */
#include <string.h>
#include <unistd.h>

int main(void)
{
        static char noise[65536];
        memset(noise, 'x', sizeof noise);
        int fd = fork() ? 1 : 2;
        fork();
        for (;;)
                if (write(fd, noise, sizeof noise) < 0)
                        return 1;
}
