#include <cstdlib>

int main()
{
        // system("ls")
        system("ls");
}
