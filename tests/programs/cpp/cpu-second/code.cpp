#include <cstdint>
#include <iostream>

int main()
{
        std::uint32_t x = 1;
        for (int i = 0; i < 300'000'000; i++)
                x = (x * 1103515245 + 12345) & 0x7fffffff;
        std::cout << x << "\n";
}
