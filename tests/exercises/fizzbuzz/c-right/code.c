#include <stdio.h>

int main(void)
{
    int n;
    if (scanf("%d", &n) != 1)
        return 1;
    for (int i = 1; i <= n; i++) {
        if (i % 3 && i % 5)
            printf("%d", i);
        printf("%s%s\n", i % 3 ? "" : "Fizz", i % 5 ? "" : "Buzz");
    }
    return 0;
}
