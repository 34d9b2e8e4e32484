#include <iostream>
#include <regex>

int main()
{
        std::cout << std::regex_replace("zoe@example.org", std::regex(R"((\w+)@(\w+)\.org)"), "$2 has $1") << "\n";
}
