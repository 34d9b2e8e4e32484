/* Runs other programs from a test: fork, exec, collect what they write, never wait for ever. */
#include "tests/integration/spawn.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX 32
#define TEXT_MAX (4 << 20)
#define TEXT_TIMEOUT_MS 120000

static pid_t start(const char *const *argv, int out_fd, int error_fd, struct error *err)
{
        pid_t pid = fork();
        if (pid < 0)
                return error_errno(err, "fork");
        if (pid > 0)
                return pid;
        /* A test that crashes must not leave its service behind. */
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        setsid();
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (null >= 0)
                dup2(null, STDIN_FILENO);
        if (out_fd >= 0)
                dup2(out_fd, STDOUT_FILENO);
        if (error_fd >= 0)
                dup2(error_fd, STDERR_FILENO);
        execvp(argv[0], (char *const *)argv);
        _exit(127);
}

pid_t spawn_start(const char *const *argv, int out_fd, struct error *err)
{
        return start(argv, out_fd, out_fd, err);
}

int spawn_wait(pid_t pid, int64_t deadline_ms, int *status, struct error *err)
{
        int rc = -1, fd = (int)syscall(SYS_pidfd_open, pid, 0);
        if (fd < 0)
                return error_errno(err, "pidfd_open");
        struct pollfd ended = {.fd = fd, .events = POLLIN};
        if (io_poll(&ended, 1, deadline_ms) != 1)
                error_set(err, "process %d did not end in time", (int)pid);
        else if (waitpid(pid, status, 0) != pid)
                error_errno(err, "waitpid");
        else
                rc = 0;
        io_close(&fd);
        return rc;
}

/* Move what is there into the buffer. 0 at the end of the stream. */
static int drain(int fd, struct buffer *to)
{
        char bytes[65536];
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n < 0)
                return errno == EINTR || errno == EAGAIN;
        if (n > 0 && to)
                buffer_add(to, bytes, (size_t)n);
        return n > 0;
}

static int collect(
        struct pollfd streams[2], struct buffer *const to[2], int64_t deadline_ms, struct error *err)
{
        while (streams[0].fd >= 0 || streams[1].fd >= 0) {
                if (io_poll(streams, 2, deadline_ms) <= 0)
                        return error_set(err, "no end of output in time");
                for (int i = 0; i < 2; i++)
                        if (streams[i].fd >= 0 && streams[i].revents && !drain(streams[i].fd, to[i]))
                                io_close(&streams[i].fd);
        }
        return 0;
}

int spawn_run(
        const char *const *argv, int timeout_ms, struct buffer *out, struct buffer *errors, struct error *err)
{
        int64_t deadline_ms = clock_ms() + timeout_ms;
        int pipes[2][2] = {{-1, -1}, {-1, -1}}, rc = -1, status = 0;
        struct pollfd streams[2];
        struct buffer *const to[2] = {out ? out : errors, errors ? errors : out};
        pid_t pid = -1;
        if (pipe2(pipes[0], O_CLOEXEC) || pipe2(pipes[1], O_CLOEXEC)) {
                error_errno(err, "pipe");
                goto out;
        }
        pid = start(argv, pipes[0][1], pipes[1][1], err);
        if (pid < 0)
                goto out;
        for (int i = 0; i < 2; i++) {
                io_close(&pipes[i][1]);
                streams[i] = (struct pollfd){.fd = pipes[i][0], .events = POLLIN};
                pipes[i][0] = -1;
        }
        rc = collect(streams, to, deadline_ms, err);
        io_close(&streams[0].fd);
        io_close(&streams[1].fd);
        if (rc == 0)
                rc = spawn_wait(pid, deadline_ms, &status, err);
        if (rc == 0) {
                rc = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
                goto out;
        }
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        error_wrap(err, "%s", argv[0]);
out:
        for (int i = 0; i < 2; i++) {
                io_close(&pipes[i][0]);
                io_close(&pipes[i][1]);
        }
        return rc;
}

char *spawn_text(struct error *err, const char *program, ...)
{
        const char *argv[ARGS_MAX + 1] = {program};
        struct buffer out = BUFFER_MAX(TEXT_MAX);
        va_list args;
        va_start(args, program);
        for (int i = 1; i < ARGS_MAX && (argv[i] = va_arg(args, const char *)); i++)
                ;
        va_end(args);
        int code = spawn_run(argv, TEXT_TIMEOUT_MS, &out, NULL, err);
        while (out.size > 0 && out.data[out.size - 1] == '\n')
                out.size--;
        if (buffer_add(&out, "", 1) == 0 && code == 0)
                return out.data;
        if (code > 0)
                error_set(err, "%s %s: exit code %d: %.300s", program, argv[1] ? argv[1] : "", code,
                        out.size ? out.data : "");
        buffer_clear(&out);
        return NULL;
}
