#include <algorithm>
#include <iostream>
#include <iterator>

int main()
{
        std::string all(std::istreambuf_iterator<char>(std::cin), {});
        std::cout << all.size() << " bytes, " << std::count(all.begin(), all.end(), '\n') << " lines\n";
}
