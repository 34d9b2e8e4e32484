#include <fstream>
#include <iostream>

int main()
{
        std::ofstream("notes.txt") << "first Ä\n";
        std::ofstream("notes.txt", std::ios::app) << "second\n";
        std::cout << std::ifstream("notes.txt").rdbuf();
}
