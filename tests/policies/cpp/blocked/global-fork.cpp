// rule: cpp-process
#include <unistd.h>

int main() { return ::fork() == 0; }
