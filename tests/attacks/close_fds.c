/* Closes every descriptor it has, then lives on for a while. */
#include <time.h>
#include <unistd.h>

int main(void)
{
        for (int fd = 0; fd < 1024; fd++)
                close(fd);
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
        return 7;
}
