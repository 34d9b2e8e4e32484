#include <stdio.h>

int main(void)
{
        unsigned x = 1;
        for (int i = 0; i < 300000000; i++)
                x = (x * 1103515245 + 12345) & 0x7fffffff;
        printf("%u\n", x);
}
