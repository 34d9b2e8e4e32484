/* No attack: looks whether anything of the job before is still there, and whether everything that a program
 * may do works. */
#include "attack.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int bad;

static void complain(const char *what, const char *detail)
{
        printf("%s %s\n", what, detail);
        bad++;
}

static void look_for_files(const char *place)
{
        DIR *directory = opendir(place);
        struct dirent *entry;
        while (directory && (entry = readdir(directory)))
                if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
                        strcmp(entry->d_name, "attack") && strcmp(entry->d_name, "attack-before"))
                        complain(place, entry->d_name);
        if (directory)
                closedir(directory);
}

static void look_for_processes(void)
{
        DIR *directory = opendir("/proc");
        struct dirent *entry;
        while (directory && (entry = readdir(directory))) {
                int pid = atoi(entry->d_name);
                if (pid > 1 && pid != getpid())
                        complain("process", entry->d_name);
        }
        if (!directory)
                complain("/proc", "cannot be read");
}

/* More than the heading. */
static void look_for_lines(const char *path)
{
        char line[512];
        FILE *file = fopen(path, "r");
        if (!file || !fgets(line, sizeof line, file))
                complain(path, "cannot be read");
        else if (fgets(line, sizeof line, file))
                complain(path, line);
        if (file)
                fclose(file);
}

static void use_disk(const char *place)
{
        static char block[1 << 20];
        char path[256];
        snprintf(path, sizeof path, "%s/mine", place);
        int fd = open(path, O_CREAT | O_EXCL | O_RDWR, 0600);
        for (int i = 0; i < 12; i++)
                if (write(fd, block, sizeof block) != sizeof block)
                        complain(place, "is full");
        if (unlink(path))
                complain(place, "keeps a file");
        close(fd);
}

static void use_processes(void)
{
        int started = 0;
        for (int i = 0; i < 40; i++) {
                pid_t pid = fork();
                if (!pid) {
                        pause();
                        _exit(0);
                }
                started += pid > 0;
        }
        if (started < 40)
                complain("process", "limit is used up");
}

static void use_port(void)
{
        struct sockaddr_in address = {
                .sin_family = AF_INET, .sin_port = htons(7777), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 1))
                complain("port", "is taken");
        close(fd);
}

int main(void)
{
        for (int i = 0; i < ATTACK_PLACES; i++) {
                look_for_files(attack_places[i]);
                use_disk(attack_places[i]);
        }
        look_for_files("/dev/mqueue");
        look_for_lines("/proc/sysvipc/shm");
        look_for_lines("/proc/sysvipc/sem");
        look_for_lines("/proc/sysvipc/msg");
        look_for_lines("/proc/net/tcp");
        look_for_lines("/proc/net/unix");
        look_for_processes();
        use_port();
        use_processes();
        printf("%s %u\n", bad ? "dirty" : "clean", getuid());
        return 0;
}
