// rule: cpp-process
#include <unistd.h>

int main(int argc, char **argv) { if (argc > 9) return execve("/bin/ls", argv, nullptr); }
