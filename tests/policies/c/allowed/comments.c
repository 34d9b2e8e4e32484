/* system("ls"); */
// fork() \
   popen("ls", "r");
#include <stdio.h>
int main(void) { puts("system(\"ls\")"); return 0; } // asm("nop")
