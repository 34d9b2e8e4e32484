/* Tries to exceed a sandbox's limits from inside and says how far it came. The service believes a limit only
 * when it saw it bite: a daemon or a runtime may take a setting and do nothing about it. */
#include "images/runner/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK (1024 * 1024)
#define FILES_MAX 1024 /* of one chunk each */
#define PROCESSES_MAX 4096
#define MEMORY_MAX (8192ULL * CHUNK) /* more than any limit the service accepts */

static const char *root(void)
{
        int fd = open("/probe", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        return fd < 0 ? "refused" : "writable";
}

static const char *identity(void)
{
        return getuid() && setuid(0) && setresgid(0, 0, 0) && seteuid(0) ? "kept" : "regained";
}

static const char *namespaces(void)
{
        return unshare(CLONE_NEWUSER) && unshare(CLONE_NEWNET) && unshare(CLONE_NEWNS) ? "refused"
                                                                                       : "allowed";
}

/* An address of TEST-NET-1 (RFC 5737): nobody is there, so the only good answer is that there is no way to
 * it. */
static const char *network(void)
{
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
        inet_pton(AF_INET, "192.0.2.1", &address.sin_addr);
        int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return "none";
        return connect(fd, (struct sockaddr *)&address, sizeof address) && errno == ENETUNREACH ? "none"
                                                                                                : "reached";
}

/* KiB that the workspace takes, in files that each stay below the limit of one file. */
static unsigned workspace(void)
{
        static char bytes[CHUNK];
        unsigned long long total = 0;
        char name[32];
        int files = 0;
        for (ssize_t wrote = CHUNK; wrote == CHUNK && files < FILES_MAX; files++) {
                snprintf(name, sizeof name, "probe-%d", files);
                int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
                wrote = fd < 0 ? 0 : write(fd, bytes, sizeof bytes);
                total += wrote > 0 ? (unsigned long long)wrote : 0;
                close(fd);
        }
        while (files--) {
                snprintf(name, sizeof name, "probe-%d", files);
                unlink(name);
        }
        return (unsigned)(total / 1024);
}

/* Processes there can be at once, this one included. */
static unsigned processes(void)
{
        static pid_t children[PROCESSES_MAX];
        unsigned count = 0;
        while (count < PROCESSES_MAX) {
                pid_t pid = fork();
                if (pid < 0)
                        break;
                if (!pid)
                        for (;;)
                                pause();
                children[count++] = pid;
        }
        for (unsigned i = 0; i < count; i++)
                kill(children[i], SIGKILL);
        for (unsigned i = 0; i < count; i++)
                waitpid(children[i], NULL, 0);
        return count + 1;
}

static void memory(void)
{
        for (unsigned long long taken = 0; taken < MEMORY_MAX; taken += CHUNK) {
                char *bytes = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                if (bytes == MAP_FAILED)
                        return;
                memset(bytes, 1, CHUNK);
        }
}

int probe_run(void)
{
        printf("root %s\n", root());
        printf("identity %s\n", identity());
        printf("namespaces %s\n", namespaces());
        printf("network %s\n", network());
        printf("workspace_kib %u\n", workspace());
        printf("processes %u\n", processes());
        fflush(stdout);
        memory();
        puts("memory unlimited");
        return 0;
}
