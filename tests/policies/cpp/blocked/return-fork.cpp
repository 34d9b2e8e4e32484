// rule: cpp-process
extern "C" int fork();

int start() { return fork(); }
int main() { return start(); }
