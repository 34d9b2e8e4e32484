// rule: cpp-kernel
#define _GNU_SOURCE
#include <unistd.h>

int main(void) { return (int)syscall (39L); }
