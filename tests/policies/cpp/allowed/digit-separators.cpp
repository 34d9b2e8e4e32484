#include <iostream>

int main() { std::cout << 1'000'000 + 0xff'ff + '\'' << "system('x')" << 1'0 << '\n'; }
