// Leaves a process behind that goes on printing for whoever comes next, with its input unread.
#include <cstdio>
#include <unistd.h>

int main()
{
        puts("@TOKEN@");
        fflush(stdout);
        if (fork())
                return 0;
        setsid();
        for (;;) {
                puts("@TOKEN@");
                fputs("@TOKEN@\n", stderr);
                fflush(stdout);
        }
}
