#include <stdio.h>

int main(void)
{
        for (int i = 0; i < 65536; i++)
                fputs("0123456789abcdef", stdout);
}
