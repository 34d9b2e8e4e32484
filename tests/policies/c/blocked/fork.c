// rule: cpp-process
#include <unistd.h>

int main(void)
{
        if (fork() == 0)
                execl("/bin/ls", "ls", (char *)0);
        return 0;
}
