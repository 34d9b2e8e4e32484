/* Digs a tree 10,000 directories deep in each writable place, with a file on every level. */
#include "attack.h"

#include <fcntl.h>
#include <sys/stat.h>

int main(void)
{
        for (int i = 0; i < ATTACK_PLACES; i++) {
                int depth = 0;
                if (chdir(attack_places[i]))
                        return 1;
                while (depth < 10000 && !mkdir("deeper", 0700) && !chdir("deeper")) {
                        close(open("file", O_CREAT | O_WRONLY, 0600));
                        depth++;
                }
                printf("%d ", depth);
        }
        puts("");
        return 0;
}
