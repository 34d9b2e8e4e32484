/* A run of a job with several: tells what it finds and tries to change what the others see. Or, as "compile",
 * makes it. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int compile(void)
{
        int fd = open("product", O_CREAT | O_WRONLY, 0666);
        if (fd < 0 || fchmod(fd, 0777) || write(fd, "p", 1) != 1 || mkdir("directory", 0777) ||
                chmod("directory", 0777))
                return 1;
        return close(open("/tmp/temporary", O_CREAT | O_WRONLY, 0666));
}

static int changes(void)
{
        int changed = 0;
        changed += open("attack", O_WRONLY) >= 0;
        changed += open("sub/data", O_WRONLY) >= 0;
        changed += open("product", O_WRONLY) >= 0;
        changed += open("directory/note", O_CREAT | O_WRONLY, 0666) >= 0;
        changed += open("sub/note", O_CREAT | O_WRONLY, 0666) >= 0;
        changed += !unlink("product") || !unlink("attack") || !unlink("sub/data") ||
                   !rename("directory", "other");
        changed += !link("product", "linked") || !chmod("product", 0777);
        return changed;
}

int main(int argc, char **argv)
{
        struct dirent *entry;
        int count = 0;
        if (argc > 1 && !strcmp(argv[1], "compile"))
                return compile();
        DIR *directory = opendir(".");
        while (directory && (entry = readdir(directory)))
                count++;
        printf("%d entries, %d changes, temporary %s, note %s, uid %u\n", count, changes(),
                access("/tmp/temporary", F_OK) ? "gone" : "there", access("note", F_OK) ? "gone" : "there",
                getuid());
        mkdir("note", 0);
        close(open("/tmp/temporary", O_CREAT | O_WRONLY, 0));
        return 0;
}
