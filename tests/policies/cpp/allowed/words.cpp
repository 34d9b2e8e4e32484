int subsystem(int x) { return x; }
int systems = 1, forks = 2, assembly = 3, opened = 4;
int reopen(int x) { return x; }

int main() { return subsystem(systems) + reopen(forks) + assembly + opened > 100; }
