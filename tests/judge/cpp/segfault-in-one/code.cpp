#include <cstdio>

int main()
{
    int n;
    std::scanf("%d", &n);
    if (n == 0)
        *(volatile int *)nullptr = 1;
    std::printf("%d\n", n);
}
