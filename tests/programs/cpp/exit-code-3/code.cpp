#include <iostream>

int main()
{
        std::cout << "said\n";
        return 3;
}
