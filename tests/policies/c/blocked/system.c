// rule: cpp-process
#include <stdlib.h>

int main(void) { return system("ls"); }
