#include <bits/stdc++.h>

int main()
{
        std::cout << "Hello, World!\n";
}
