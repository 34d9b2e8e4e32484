/* Makes children of PID 1 directly, without SIGCHLD or with another signal, which refuse to end. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
        int made = 0;
        static const unsigned long flags[] = {CLONE_PARENT | SIGCHLD, 0, SIGKILL, SIGUSR1, CLONE_PARENT};
        for (int i = 0; i < 10; i++) {
                long child = syscall(SYS_clone, flags[i % 5], 0, 0, 0, 0);
                if (!child) {
                        setsid();
                        for (;;)
                                pause();
                }
                made += child > 0;
        }
        printf("%d\n", made);
        return 0;
}
