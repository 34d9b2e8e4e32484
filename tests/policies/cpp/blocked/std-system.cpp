// rule: cpp-process
#include <cstdlib>

int main()
{
        return std :: system ("ls");
}
