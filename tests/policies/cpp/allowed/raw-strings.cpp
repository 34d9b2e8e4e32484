#include <iostream>

int main()
{
        const char *text = R"(
#include <sys/socket.h>
system("ls") )x" asm("nop")";
        std::cout << text << R"--(fork() )" )- )--" << u8"x" << '\n';
}
