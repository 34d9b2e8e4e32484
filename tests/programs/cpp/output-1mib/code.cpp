#include <iostream>

int main()
{
        for (int i = 0; i < 65536; i++)
                std::cout << "0123456789abcdef";
}
