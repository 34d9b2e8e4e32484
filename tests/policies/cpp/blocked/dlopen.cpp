// rule: cpp-kernel
#include <dlfcn.h>

int main() { return dlopen("libc.so.6", RTLD_NOW) == nullptr; }
