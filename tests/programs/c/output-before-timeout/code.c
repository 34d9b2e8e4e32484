#include <stdio.h>

int main(void)
{
        puts("before");
        for (volatile int i = 0;; i = i + 1)
                ;
}
