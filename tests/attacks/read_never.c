/* Never reads what it is given. */
#include <stdio.h>

int main(void)
{
        puts("done");
        return 0;
}
