#include <cstdio>
#include <bits/stdc++.h>

int main()
{
        int n = 0;
        if (scanf("%d", &n) == 1)
                printf("%d\n", n * 2);
        fprintf(stderr, "done\n");
        std::ios::sync_with_stdio(false);
}
