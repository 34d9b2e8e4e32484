#define OPEN(x) (x)
#define SYSTEM 1
#include <climits>

int main() { return OPEN(SYSTEM) - SYSTEM + (INT_MAX < 0); }
