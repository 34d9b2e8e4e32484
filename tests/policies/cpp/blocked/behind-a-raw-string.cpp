// rule: cpp-process
#include <cstdlib>
const char *text = R"x(a)" )x"; int code = system("ls");
int main() { return code; }
