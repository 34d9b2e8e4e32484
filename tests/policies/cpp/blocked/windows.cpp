// rule: cpp-screen
#include <windows.h>

int main() { MessageBoxA(0, "x", "y", 0); }
