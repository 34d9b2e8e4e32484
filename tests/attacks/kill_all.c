/* kill -9 -1, and PID 1 by name. Nobody may be reached. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <errno.h>

int main(void)
{
        for (int number = 1; number < 32; number++)
                if (!kill(-1, number) || !kill(1, number))
                        return number;
        int failed = kill(1, SIGKILL);
        printf("%d %s\n", failed, strerror(errno));
        return 0;
}
