#include <stdio.h>

int main(void) { printf("%c%c%s", '"', '\'', "fork() #include <sys/socket.h>\n"); return 0; }
