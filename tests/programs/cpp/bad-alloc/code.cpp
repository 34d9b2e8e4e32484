#include <vector>

int main()
{
        std::vector<char> huge(1ul << 46);
        return huge[12345];
}
