#include <cstdio>
#warning look here

int main()
{
        puts("1");
}
