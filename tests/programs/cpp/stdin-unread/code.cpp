#include <iostream>

int main()
{
        std::cout << "done\n";
}
