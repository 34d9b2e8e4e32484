// rule: cpp-files
#include <cstdio>

int main() { return std::fopen("/etc/passwd", "r") == nullptr; }
