/* Starts the next process of an upgrade, and receives what the one before left. */
#include "fcgi/service/handover.h"

#include "fcgi/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define VARIABLE "SANDPOOL_HANDOVER" /* GENERATION:ELDER:RUN_DIR */

/* Descriptors of the heir. */
enum { FASTCGI_FD = 3, CONTROL_FD, PID_FD, LINE_FD, BEHIND_FD };

int handover_inherit(struct inheritance *inheritance, struct error *err)
{
        const char *text = getenv(VARIABLE);
        *inheritance = (struct inheritance){.fastcgi_fd = -1, .control_fd = -1, .pid_fd = -1, .line_fd = -1};
        close_range(text ? BEHIND_FD : FASTCGI_FD, ~0U, 0);
        if (!text)
                return 0;
        inheritance->any = true;
        int at = 0;
        if (sscanf(text, "%u:%u:%n", &inheritance->generation, &inheritance->elder, &at) != 2 || !at ||
                strlen(text + at) >= sizeof(inheritance->run_dir))
                return error_set(err, VARIABLE " makes no sense");
        strcpy(inheritance->run_dir, text + at);
        for (int fd = FASTCGI_FD; fd < BEHIND_FD; fd++)
                if (fcntl(fd, F_SETFD, FD_CLOEXEC))
                        return error_errno(err, VARIABLE ": descriptor %d", fd);
        inheritance->fastcgi_fd = FASTCGI_FD;
        inheritance->control_fd = CONTROL_FD;
        inheritance->pid_fd = PID_FD;
        inheritance->line_fd = LINE_FD;
        unsetenv(VARIABLE);
        return 0;
}

/* Between fork and exec. Descriptors are moved out of the way first, lest one overwrites another. */
static void become_heir(const struct bequest *bequest, int line_fd) __attribute__((noreturn));

static void become_heir(const struct bequest *bequest, int line_fd)
{
        int from[] = {bequest->fastcgi_fd, bequest->control_fd, bequest->pid_fd, line_fd};
        char variable[128];
        sigset_t none;
        snprintf(variable, sizeof(variable), "%u:%u:%s", bequest->generation, bequest->elder,
                bequest->run_dir);
        for (int i = 0; i < BEHIND_FD - FASTCGI_FD; i++)
                if ((from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, BEHIND_FD)) < 0)
                        _exit(1);
        for (int i = 0; i < BEHIND_FD - FASTCGI_FD; i++)
                if (dup2(from[i], FASTCGI_FD + i) < 0)
                        _exit(1);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        setenv(VARIABLE, variable, 1);
        execl(bequest->binary, bequest->binary, "--config", bequest->config_path, "serve", (char *)NULL);
        _exit(127);
}

/* Not as a child, but as a brother: whose parent ends is the child of init, or of the service manager. Of a
 * main process that is not its own child systemd does not await the end: for as long as the unit lives it
 * would kill all of it at once instead of ending it. */
static pid_t fork_apart(const struct bequest *bequest, int line_fd, struct error *err)
{
        pid_t heir = -1;
        int ends[2];
        if (pipe2(ends, O_CLOEXEC))
                return error_errno(err, "pipe");
        pid_t parent = fork();
        if (parent == 0) {
                heir = fork();
                if (heir == 0)
                        become_heir(bequest, line_fd);
                _exit(write(ends[1], &heir, sizeof(heir)) != sizeof(heir));
        }
        io_close(&ends[1]);
        if (parent < 0 || read(ends[0], &heir, sizeof(heir)) != sizeof(heir) || heir < 0)
                error_errno(err, "fork");
        if (parent > 0)
                waitpid(parent, NULL, 0);
        io_close(&ends[0]);
        return heir;
}

pid_t handover_begin(const struct bequest *bequest, int *line_fd, struct error *err)
{
        int ends[2];
        *line_fd = -1;
        if (access(bequest->binary, X_OK))
                return error_errno(err, "%s", bequest->binary);
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends))
                return error_errno(err, "socketpair");
        pid_t pid = fork_apart(bequest, ends[1], err);
        io_close(&ends[1]);
        *line_fd = ends[0];
        if (pid < 0)
                io_close(line_fd);
        return pid;
}

int handover_tell(int line_fd, enum handover_word word, struct error *err)
{
        char byte = (char)word;
        return io_send_message(line_fd, &byte, 1, -1) ? error_errno(err, "the other process") : 0;
}

enum handover_word handover_hear(int line_fd)
{
        char byte;
        int fd = -1;
        ssize_t size = io_recv_message(line_fd, &byte, 1, &fd);
        io_close(&fd);
        if (size < 0 && errno == EAGAIN)
                return HANDOVER_NOTHING;
        return size == 1 && byte >= HANDOVER_WARM && byte <= HANDOVER_END ? (enum handover_word)byte
                                                                          : HANDOVER_ENDED;
}
