// rule: cpp-process
#include <cstdio>

int main()
{
        if (FILE *pipe = popen("ls", "r"))
                pclose(pipe);
}
