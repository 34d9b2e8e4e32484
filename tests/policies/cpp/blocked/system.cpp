// rule: cpp-process
#include <cstdlib>

int main() { return system("ls"); }
