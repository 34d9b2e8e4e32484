#include <iostream>
#include <sstream>
#include <string>

int main()
{
        std::ostringstream out;
        std::istringstream in("1 2 3");
        int x, sum = 0;
        while (in >> x)
                sum += x;
        out << sum;
        std::cout << out.str() << '\n';
}
