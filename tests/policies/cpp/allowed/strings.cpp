#include <iostream>
#include <string>

int main()
{
        std::string text = "system(\"ls\") #include <sys/socket.h> fork()";
        std::cout << text << "asm volatile(" << '"' << "popen(" << '\'' << '\n';
}
