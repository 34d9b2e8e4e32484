#include <iostream>
#include <iterator>

int main()
{
        std::string all(std::istreambuf_iterator<char>(std::cin), {});
        std::cout << all.size() << " bytes\n";
}
