// rule: cpp-network
#include <sys/types.h>
#include <sys/socket.h>

int main(void) { return socket(2, 1, 0); }
