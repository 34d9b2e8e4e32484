/* Leaves a grandchild in a session of its own that ignores every signal and keeps the streams open. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
        if (!fork()) {
                setsid();
                if (!fork()) {
                        for (int number = 1; number < 65; number++)
                                signal(number, SIG_IGN);
                        for (;;)
                                pause();
                }
                _exit(0);
        }
        puts("gone");
        return 0;
}
