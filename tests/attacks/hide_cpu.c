/* Burns CPU time in children that nobody waits for, because SIGCHLD is ignored: rusage never sees it. */
#include <signal.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
        signal(SIGCHLD, SIG_IGN);
        for (;;) {
                if (!fork()) {
                        clock_t end = clock() + CLOCKS_PER_SEC / 20;
                        while (clock() < end)
                                ;
                        _exit(0);
                }
                nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
        }
}
