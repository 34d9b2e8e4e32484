/* A test suite, the program that it tests, and the compile step before: "drive" is the suite, "tested" tries
 * to get at it, "compile" tries before it runs. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int reached;

static void expect_refused(const char *what, long result)
{
        if (result < 0)
                return;
        fprintf(stderr, "%s\n", what);
        reached++;
}

static void reach_files(void)
{
        static const char *const paths[] = {"/tmp/suite/secret", "/tmp/suite/folder/secret", "/tmp/suite/new",
                "/tmp/suite/../suite/secret", "/tmp/suite/."};
        for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
                expect_refused(paths[i], open(paths[i], O_RDONLY));
                expect_refused(paths[i], open(paths[i], O_WRONLY | O_CREAT, 0600));
                expect_refused(paths[i], link(paths[i], "/tmp/link"));
        }
        expect_refused("list", open("/tmp/suite", O_RDONLY | O_DIRECTORY));
        expect_refused("enter", chdir("/tmp/suite"));
        expect_refused("mode", chmod("/tmp/suite", 0777));
        expect_refused("owner", chown("/tmp/suite", getuid(), getgid()));
        expect_refused("rename", rename("/tmp/suite", "/tmp/mine"));
        expect_refused("remove", rmdir("/tmp/suite"));
        expect_refused("again", mkdir("/tmp/suite", 0777));
        if (!mkdir("/tmp/other", 0777))
                expect_refused("exchange",
                        syscall(SYS_renameat2, AT_FDCWD, "/tmp/other", AT_FDCWD, "/tmp/suite", 2));
}

static void reach_process(int pid)
{
        static const char *const files[] = {"mem", "environ", "maps", "cwd/secret", "root/tmp", "fd/0",
                "fd/1", "fd/2", "fd/3", "fd/4", "exe", "auxv", "stack"};
        struct rlimit limit = {1, 1};
        char path[64];
        for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
                snprintf(path, sizeof path, "/proc/%d/%s", pid, files[i]);
                expect_refused(path, open(path, O_RDONLY));
                expect_refused(path, open(path, O_WRONLY));
        }
        expect_refused("trace", ptrace(PTRACE_ATTACH, pid, 0, 0));
        expect_refused("prlimit", prlimit(pid, RLIMIT_CPU, &limit, NULL));
        expect_refused("setpriority", setpriority(PRIO_PROCESS, (id_t)pid, 19));
        expect_refused("pidfd_getfd", syscall(SYS_pidfd_getfd, syscall(SYS_pidfd_open, pid, 0), 1, 0));
        expect_refused("kill", kill(pid, SIGKILL));
        expect_refused("stop", kill(pid, SIGSTOP));
}

static void reach_processes(void)
{
        DIR *directory = opendir("/proc");
        struct dirent *entry;
        while (directory && (entry = readdir(directory))) {
                int pid = atoi(entry->d_name);
                if (pid > 0 && pid != getpid())
                        reach_process(pid);
        }
        kill(-1, SIGKILL); /* reaches itself alone, and that not */
}

static int tested(void)
{
        char line[100];
        /* The suite is there by now: it was the one that wrote. */
        if (!fgets(line, sizeof line, stdin))
                return 1;
        expect_refused("descriptor 3", fcntl(3, F_GETFD));
        expect_refused("descriptor 4", fcntl(4, F_GETFD));
        reach_files();
        reach_processes();
        printf("reached %d, owns %d\n", reached, open("data", O_WRONLY) >= 0);
        return 0;
}

static void say(const char *path)
{
        char line[100] = "nothing\n";
        FILE *file = fopen(path, "r");
        if (file && fgets(line, sizeof line, file))
                line[strcspn(line, "\n")] = '\0';
        printf("%s ", line);
}

static int drive(void)
{
        char line[100] = "", place[100] = "";
        FILE *from = fdopen(3, "r"), *to = fdopen(4, "w");
        printf("%s ", getcwd(place, sizeof place));
        fprintf(to, "go\n");
        fflush(to);
        if (!fgets(line, sizeof line, from))
                return 1;
        say("secret");
        say("folder/secret");
        printf("hears: %s", line);
        return 6;
}

int main(int argc, char **argv)
{
        const char *part = argc > 1 ? argv[1] : "";
        if (!strcmp(part, "drive"))
                return drive();
        if (!strcmp(part, "tested"))
                return tested();
        reach_files();
        printf("reached %d\n", reached);
        return 0;
}
