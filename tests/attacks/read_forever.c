/* Reads what it is given, tells how much, and then goes on reading for ever. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
        static char block[4096];
        long total = 0;
        ssize_t got;
        while ((got = read(0, block, sizeof block)) > 0)
                total += got;
        printf("%ld\n", total);
        fflush(stdout);
        for (;;)
                if (read(0, block, sizeof block) < 0)
                        return 1;
}
