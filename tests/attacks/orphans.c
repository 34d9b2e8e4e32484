/* Leaves 10,000 orphans behind, one after the other. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
        int made = 0;
        while (made < 10000) {
                pid_t child = fork();
                if (!child) {
                        pid_t orphan;
                        /* With the process limit full of its elders PID 1 must collect some first. */
                        while ((orphan = fork()) < 0)
                                ;
                        _exit(0);
                }
                if (child > 0 && waitpid(child, NULL, 0) == child)
                        made++;
        }
        printf("%d\n", made);
        return 0;
}
