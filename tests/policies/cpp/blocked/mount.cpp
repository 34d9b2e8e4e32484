// rule: cpp-privileges
#include <sys/mount.h>

int main() { return mount("none", "/mnt", "tmpfs", 0, nullptr); }
