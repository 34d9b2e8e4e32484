#include <iostream>
#include <string>

int main()
{
        std::string password, secret = "";
        std::cin >> password;
        std::cout << "password: " << password.size() << secret << '\n';
}
