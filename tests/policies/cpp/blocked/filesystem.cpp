// rule: cpp-files
#include <filesystem>
#include <iostream>

int main()
{
        for (auto &entry : std::filesystem::directory_iterator("/"))
                std::cout << entry << '\n';
}
