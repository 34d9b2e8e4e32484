/* Lets a child be killed for its memory and ends as if nothing had happened. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
        if (!fork())
                for (;;) {
                        char *more = malloc(1 << 20);
                        if (more)
                                memset(more, 1, 1 << 20);
                }
        wait(NULL);
        puts("fine");
        return 0;
}
