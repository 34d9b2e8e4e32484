// system("ls")
/* fork(); #include <sys/socket.h> */
#include <iostream>
int main()
{
        // a continued comment \
        system("ls");
        std::cout << "x\n"; // asm("nop")
}
