// rule: cpp-kernel
#include <unistd.h>

int main() { return static_cast<int>(syscall(39)); }
