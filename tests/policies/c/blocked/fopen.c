// rule: cpp-files
#include <stdio.h>

int main(void) { return fopen("/etc/passwd", "r") == 0; }
