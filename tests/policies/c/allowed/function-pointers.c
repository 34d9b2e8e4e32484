#include <stdio.h>

static int open(int x);
static int open(int x) { return x; }

int main(void)
{
        int (*exec)(int) = open;
        printf("%d\n", exec(1));
        return 0;
}
