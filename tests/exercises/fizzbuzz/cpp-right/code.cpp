#include <iostream>

int main()
{
    int n;
    std::cin >> n;
    for (int i = 1; i <= n; i++) {
        if (i % 3 && i % 5)
            std::cout << i;
        std::cout << (i % 3 ? "" : "Fizz") << (i % 5 ? "" : "Buzz") << "\n";
    }
}
