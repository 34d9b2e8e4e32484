// rule: cpp-process
#include <cstdlib>
int main() { int x = 1'000'000; system("ls"); char c = '\''; return x + c; }
