/* Leaves trees that nobody may read, enter or change, with every special bit and every odd name. */
#include "attack.h"

#include <fcntl.h>
#include <sys/stat.h>

static const char *const names[] = {"\n", " ", "-rf", "*", "\xff\xfe", "...", ".\\", "$(id)", "a\tb", "%s%n"};

static void bury(int depth)
{
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                int fd = open(names[i], O_CREAT | O_WRONLY, 0);
                if (fd >= 0)
                        fchmod(fd, i % 2 ? 07000 : 0);
                close(fd);
        }
        if (depth && !mkdir("inner", 0700) && !chdir("inner")) {
                bury(depth - 1);
                if (chdir(".."))
                        _exit(2);
        }
        if (depth)
                chmod("inner", depth % 2 ? 0 : 07000);
}

int main(void)
{
        for (int i = 0; i < ATTACK_PLACES; i++) {
                if (chdir(attack_places[i]) || mkdir("tree", 0700) || chdir("tree"))
                        return 1;
                bury(20);
                if (chdir("..") || chmod("tree", 0))
                        return 1;
        }
        puts("buried");
        return 0;
}
