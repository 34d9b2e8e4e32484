#include <iostream>

static volatile int one = 1;

static int depth(int n)
{
        return n == 0 ? 0 : one + depth(n - 1);
}

int main()
{
        std::cout << depth(10000) << "\n";
}
