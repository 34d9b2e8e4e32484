/* The runner's side of a fork server.
 *
 * Theory of operation. A language whose interpreter can be forked names an environment that makes it stop at
 * its own start, before it reads any program, and wait for orders on descriptor 3
 * (images/python/fork_server). It is started once for a job with several runs, with the command line of those
 * runs, and forked for each of them, which takes a fraction of a start.
 *
 * It is root with SETUID and SETGID, because every run has a uid of its own, which nothing but a change of
 * uid gives to a process that was forked. So it must not touch what a request brought or a program made:
 * while it starts, the workspace is closed to root, who without CAP_DAC_OVERRIDE is bound to that. An
 * interpreter that does not stop finds no program, and nothing else that it might look for there. No program
 * can signal, trace or read it.
 *
 * An order is one message: uid, directory, environment, and four descriptors: the run's 0, 1, 2 and one end
 * of a line of its own. The server forks twice, so that the program is an orphan, hence the runner's own
 * child, and answers on descriptor 3 when it has collected the process in between. The program gives up all
 * rights and says so on its line; the kernel tells the pid with it, and the runner looks in /proc whether it
 * is true before it says go. Whatever does not go as it must ends the server with everything else, and the
 * run is started without it.
 *
 * When a run is over and nothing but the server is left, it may stay (reap.c); otherwise it is killed like
 * everything, and the next run starts another. */
#include "images/runner/fork_server.h"

#include "images/runner/clean.h"
#include "images/runner/fault.h"
#include "images/runner/reap.h"
#include "images/runner/rights.h"
#include "images/runner/start.h"
#include "images/runner/ticks.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define READY_US 2000000    /* for an interpreter to start, under its CPU quota */
#define ANSWER_US 1000000   /* for it to be forked */
#define COMMAND_MAX 4096    /* bytes of a command line that it is kept for */
#define ORDER_MAX 16384     /* images/python/fork_server takes as much */
#define SOCKETS 2           /* both ends of the line */
#define ORDER_DESCRIPTORS 4 /* 0, 1, 2 and the program's line */

static struct {
        int line; /* -1: there is none */
        char command[COMMAND_MAX];
        size_t length;
        uint32_t file_bytes, open_files;
} server = {.line = -1};

static void forget(void)
{
        if (server.line >= 0)
                close(server.line);
        server.line = -1;
}

static void end(void)
{
        reap_everything(NULL, NULL);
        forget();
}

/* The strings one behind the other, each with its NUL. Returns the length, or 0 when they do not fit. */
static size_t join(char *to, size_t room, char *const *list)
{
        size_t used = 0;
        for (; *list; list++) {
                size_t length = strlen(*list) + 1;
                if (length > room - used)
                        return 0;
                memcpy(to + used, *list, length);
                used += length;
        }
        return used;
}

/* Whether fd has something to read, or its end, before the deadline. */
static bool readable(int fd, int64_t deadline)
{
        for (;;) {
                int64_t left = deadline - ticks_us();
                struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
                int got = poll(&poll_fd, 1, left > 0 ? (int)(left / 1000) + 1 : 0);
                if (got > 0)
                        return true;
                if (got == 0 && left <= 0)
                        return false;
        }
}

/* One byte, which is a yes. */
static bool hears_yes(int fd, int64_t deadline)
{
        char answer = 0;
        return readable(fd, deadline) && recv(fd, &answer, 1, MSG_DONTWAIT) == 1 && answer == 'y';
}

static bool names(const char *variable, const char *other)
{
        size_t length = strcspn(variable, "=") + 1;
        return !strncmp(variable, other, length);
}

static bool is_overridden(const struct program *server_program, const char *variable)
{
        for (unsigned i = 0; i < server_program->envs; i++)
                if (names(server_program->env[i], variable))
                        return true;
        return false;
}

/* The run's command, with the run's environment below the server's own. Strings stay the plan's. */
static struct program program_of(const struct plan *plan)
{
        struct program program = plan->server;
        const struct program *run = &plan->programs[0];
        for (unsigned i = 0; i < run->envs && program.envs < PROTOCOL_ENV_MAX; i++)
                if (!is_overridden(&plan->server, run->env[i]))
                        program.env[program.envs++] = run->env[i];
        program.env[program.envs] = NULL;
        memcpy(program.argv, run->argv, sizeof program.argv);
        program.args = run->args;
        program.directory = NULL;
        program.uid = 0;
        return program;
}

/* Into the workspace, whose path interpreters remember, and close it to root. Returns its mode. */
static mode_t close_workspace(void)
{
        struct stat status;
        if (chdir(CLEAN_WORKSPACE) || stat(".", &status) || status.st_uid ||
                chmod(CLEAN_WORKSPACE, status.st_mode & 07077))
                fault_errno("closing the workspace");
        return status.st_mode & 07777;
}

static void open_workspace(mode_t mode)
{
        if (chmod(CLEAN_WORKSPACE, mode) || chdir("/"))
                fault_errno("opening the workspace");
}

/* Descriptors 0, 1 and 2 of the kinds that a run has: interpreters look at them once, at their start. */
static void start(const struct plan *plan)
{
        int ends[2], out[2], reason = 0, null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        struct program program = program_of(plan);
        if (null < 0 || pipe2(out, O_CLOEXEC) || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
                fault_errno("descriptors of a fork server");
        const int fds[START_FDS] = {null, out[1], out[1], ends[1], -1};
        pid_t pid = start_program(&program, &plan->limits, fds, &reason);
        close(null);
        close(out[0]);
        close(out[1]);
        close(ends[1]);
        server.line = ends[0];
        if (pid < 0)
                forget();
        else
                reap_keep(pid);
}

void fork_server_prepare(const struct plan *plan)
{
        bool wanted = plan->server.envs && plan->limits.processes == 1;
        if (!wanted || fork_server_sockets())
                return;
        server.length = join(server.command, sizeof server.command, plan->programs[0].argv);
        server.file_bytes = plan->limits.file_bytes;
        server.open_files = plan->limits.open_files;
        if (!server.length)
                return;
        mode_t mode = close_workspace();
        start(plan);
        bool ready = server.line >= 0 && hears_yes(server.line, ticks_us() + READY_US);
        if (!ready)
                end();
        open_workspace(mode);
        if (ready && !rights_are_for_forking(reap_kept()))
                fault_exit("a fork server has other rights than it was given");
}

static bool serves(const struct plan *plan)
{
        char command[COMMAND_MAX];
        size_t length = join(command, sizeof command, plan->programs[0].argv);
        return plan->server.envs && fork_server_sockets() && length == server.length &&
               !memcmp(command, server.command, length) && plan->limits.file_bytes == server.file_bytes &&
               plan->limits.open_files == server.open_files;
}

static bool send_order(const void *order, size_t length, const int fds[ORDER_DESCRIPTORS])
{
        _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int[ORDER_DESCRIPTORS]))] = {0};
        struct iovec bytes = {(void *)order, length};
        struct msghdr message = {
                .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        *header = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
                .cmsg_type = SCM_RIGHTS,
                .cmsg_len = CMSG_LEN(sizeof(int[ORDER_DESCRIPTORS]))};
        memcpy(CMSG_DATA(header), fds, sizeof(int[ORDER_DESCRIPTORS]));
        return sendmsg(server.line, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)length;
}

static bool order(const struct program *program, const int fds[3], int line)
{
        char text[ORDER_MAX];
        const int all[ORDER_DESCRIPTORS] = {fds[0], fds[1], fds[2], line};
        size_t used = sizeof(uint32_t), directory = strlen(program->directory) + 1;
        protocol_put_u32((uint8_t *)text, program->uid);
        memcpy(text + used, program->directory, directory);
        used += directory;
        size_t length = join(text + used, sizeof text - used, program->env);
        return (length || !program->envs) && send_order(text, used + length, all);
}

/* The program's word that it is ready, and the kernel's about who said so. -1: none came. */
static pid_t hear_program(int line, int64_t deadline)
{
        _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred))];
        char answer;
        struct iovec bytes = {&answer, 1};
        struct msghdr message = {
                .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        struct ucred sender;
        if (!readable(line, deadline) || recvmsg(line, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1)
                return -1;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_CREDENTIALS)
                return -1;
        memcpy(&sender, CMSG_DATA(header), sizeof sender);
        return sender.pid > 1 && sender.pid != reap_kept() ? sender.pid : -1;
}

pid_t fork_server_run(const struct plan *plan, const int fds[3])
{
        int line[2], on = 1;
        const struct program *program = &plan->programs[0];
        if (!serves(plan))
                return -1;
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line) ||
                setsockopt(line[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on))
                fault_errno("a line to a forked program");
        int64_t deadline = ticks_us() + ANSWER_US;
        bool sent = order(program, fds, line[1]);
        close(line[1]);
        pid_t pid = sent && hears_yes(server.line, deadline) ? hear_program(line[0], deadline) : -1;
        if (pid < 0)
                end();
        else if (!rights_are_none(pid, program->uid))
                fault_exit("a forked program has rights that it must not have");
        /* That it died meanwhile is seen like the end of any program. */
        if (pid > 0)
                send(line[0], "y", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
        close(line[0]);
        return pid;
}

unsigned fork_server_sockets(void)
{
        if (!reap_kept())
                forget();
        return server.line >= 0 ? SOCKETS : 0;
}
