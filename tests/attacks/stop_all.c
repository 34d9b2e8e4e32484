/* Stops everything it can reach: PID 1, its children, itself. */
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

int main(void)
{
        for (int i = 0; i < 10; i++)
                if (!fork())
                        for (;;)
                                kill(-1, SIGSTOP);
        kill(1, SIGSTOP);
        kill(-1, SIGSTOP);
        raise(SIGSTOP);
        return 1;
}
