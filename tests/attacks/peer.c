/* One of two processes of a step. "drive" asks the other over descriptors 4 and 3, and tries to get at it;
 * "answer" doubles numbers, and tries to get at the driver. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

/* How many of the other processes could be signalled, traced or read. */
static int touch_others(void)
{
        DIR *directory = opendir("/proc");
        struct dirent *entry;
        int touched = 0;
        while (directory && (entry = readdir(directory))) {
                int pid = atoi(entry->d_name);
                char path[64];
                if (pid <= 0 || pid == getpid())
                        continue;
                snprintf(path, sizeof path, "/proc/%d/mem", pid);
                touched += !kill(pid, 0) || !ptrace(PTRACE_ATTACH, pid, 0, 0) || open(path, O_RDONLY) >= 0;
        }
        return touched;
}

static int answer(void)
{
        char line[100];
        int touched = touch_others() + (unlink("/workspace/attack") == 0) +
                      (open("/workspace/attack", O_WRONLY) >= 0);
        for (int fd = 0; fd < 3; fd++)
                fcntl(fd, F_SETFL, O_NONBLOCK);
        fcntl(0, F_SETFL, 0);
        setvbuf(stdout, NULL, _IOLBF, 0);
        fputs("from the other\n", stderr);
        while (fgets(line, sizeof line, stdin))
                printf("%d %d\n", atoi(line) * 2, touched);
        return 0;
}

static int drive(void)
{
        FILE *from = fdopen(3, "r"), *to = fdopen(4, "w");
        char line[100], mine[100];
        if (!from || !to || !fgets(mine, sizeof mine, stdin))
                return 1;
        fprintf(to, "21\n");
        fflush(to);
        if (!fgets(line, sizeof line, from))
                return 2;
        /* What the other set on its ends must not show on these. */
        for (int fd = 0; fd < 5; fd++)
                if (fcntl(fd, F_GETFL) & O_NONBLOCK)
                        return 3;
        fputs("from the driver\n", stderr);
        printf("%s%s%d\n", mine, line, touch_others());
        return 4;
}

int main(int argc, char **argv)
{
        return argc > 1 && !strcmp(argv[1], "drive") ? drive() : answer();
}
