#include <cstdio>

int main()
{
        for (;;)
                puts("@TOKEN@");
}
