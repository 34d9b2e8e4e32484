#include <cstdio>

int main()
{
        /* system("ls") */
        puts("system(\"ls\")");
}
