#include <iostream>

int main(int argc, char **)
{
        std::cout << "before\n";
        *(volatile int *)(long)(argc - 1) = 1;
}
