/* Starts a sandbox by hand and speaks the runner's protocol with it. */
#include "tests/integration/runner_container.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RECEIVE_MS 120000
#define SECCOMP "conf/seccomp.json"

static void die(const char *what)
{
        perror(what);
        abort();
}

static void add(char **argv, size_t *count, const char *argument)
{
        argv[(*count)++] = strdup(argument);
        argv[*count] = NULL;
}

static void add_tmpfs(
        char **argv, size_t *count, const char *path, const char *exec, unsigned mib, unsigned inodes)
{
        char text[200];
        snprintf(text, sizeof text, "--tmpfs=%s:rw,%s,nosuid,nodev,size=%um,nr_inodes=%u,mode=1777", path,
                exec, mib, inodes);
        add(argv, count, text);
}

static const struct piece {
        unsigned without;
        const char *arguments[4];
} pieces[] = {
        {WITHOUT_READ_ONLY, {"--read-only"}},
        {WITHOUT_CAP_DROP, {"--cap-drop=ALL", "--cap-add=SETUID", "--cap-add=SETGID", "--cap-add=KILL"}},
        {WITHOUT_NO_NEW_PRIVS, {"--security-opt=no-new-privileges"}},
        {WITHOUT_MEMORY, {"--memory=128m", "--memory-swap=128m"}},
        {WITHOUT_PIDS, {"--pids-limit=65"}},
        {WITHOUT_CORE, {"--ulimit=core=1:1"}},
        {WITHOUT_TIME_WAIT, {"--sysctl=net.ipv4.tcp_max_tw_buckets=0"}},
        {WITHOUT_TCP_METRICS, {"--sysctl=net.ipv4.tcp_no_metrics_save=1"}},
        {WITHOUT_TCP_BUFFERS, {"--sysctl=net.ipv4.tcp_rmem=4096 131072 262144",
                                      "--sysctl=net.ipv4.tcp_wmem=4096 16384 262144"}},
        {0, {"--network=none", "--ipc=private", "--oom-score-adj=500", "--cpus=1"}},
        {0, {"--ulimit=nofile=256:256", "--ulimit=fsize=16777216:16777216", "--log-driver=none"}},
};

static void build(char **argv, unsigned without, unsigned inodes)
{
        const char *image = getenv("RUNNER_IMAGE");
        size_t count = 0;
        add(argv, &count, "docker");
        add(argv, &count, "run");
        add(argv, &count, "-i");
        add(argv, &count, "--rm");
        add(argv, &count, "--label=sandpool.test=runner");
        for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
                for (size_t j = 0; !(pieces[i].without & without) && j < 4 && pieces[i].arguments[j]; j++)
                        add(argv, &count, pieces[i].arguments[j]);
        if (!(without & WITHOUT_TMPFS)) {
                add_tmpfs(argv, &count, "/workspace", "exec", 32, inodes);
                add_tmpfs(argv, &count, "/tmp", "noexec", 16, inodes);
                add_tmpfs(argv, &count, "/dev/shm", "noexec", 16, inodes);
        }
        if (without & WITHOUT_SECCOMP)
                add(argv, &count, "--security-opt=seccomp=unconfined");
        else if (!access(SECCOMP, R_OK))
                add(argv, &count, "--security-opt=seccomp=" SECCOMP);
        add(argv, &count, image ? image : "sandpool/base");
        add(argv, &count, "--serve");
        add(argv, &count, "--uid-base=1879048192");
}

void container_start(struct container *container, unsigned without, unsigned inodes)
{
        int in[2], out[2];
        char *argv[64];
        memset(container, 0, sizeof *container);
        build(argv, without, inodes);
        if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
                die("pipe");
        container->pid = fork();
        if (container->pid < 0)
                die("fork");
        if (!container->pid) {
                dup2(in[0], 0);
                dup2(out[1], 1);
                execvp(argv[0], argv);
                _exit(127);
        }
        for (size_t i = 0; argv[i]; i++)
                free(argv[i]);
        close(in[0]);
        close(out[1]);
        container->in = in[1];
        container->out = out[0];
        signal(SIGPIPE, SIG_IGN);
}

int container_wait(struct container *container)
{
        int status = 0;
        pid_t pid = 0;
        for (int i = 0; i < 6000 && !pid; i++) {
                pid = waitpid(container->pid, &status, WNOHANG);
                if (!pid)
                        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        }
        if (pid != container->pid)
                return -1;
        container->pid = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The end of its input ends the runner. */
int container_stop(struct container *container)
{
        close(container->in);
        int status = container->pid ? container_wait(container) : -1;
        close(container->out);
        if (container->pid) {
                kill(container->pid, SIGKILL);
                waitpid(container->pid, NULL, 0);
        }
        return status;
}

void container_send_raw(struct container *container, const void *bytes, size_t size)
{
        const char *at = bytes;
        while (size) {
                ssize_t put = write(container->in, at, size);
                if (put < 0 && errno == EINTR)
                        continue;
                if (put <= 0)
                        return; /* the container ended; receiving will tell */
                at += put;
                size -= (size_t)put;
        }
}

void container_send(struct container *container, uint8_t type, const void *payload, size_t size)
{
        uint8_t header[PROTOCOL_HEADER_SIZE];
        protocol_put_header(header, type, (uint32_t)size);
        container_send_raw(container, header, sizeof header);
        container_send_raw(container, payload, size);
}

static bool receive_exactly(int fd, uint8_t *to, size_t size)
{
        while (size) {
                struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
                if (poll(&poll_fd, 1, RECEIVE_MS) <= 0)
                        return false;
                ssize_t got = read(fd, to, size);
                if (got <= 0)
                        return false;
                to += got;
                size -= (size_t)got;
        }
        return true;
}

bool container_receive(struct container *container)
{
        uint8_t header[PROTOCOL_HEADER_SIZE];
        if (!receive_exactly(container->out, header, sizeof header) ||
                protocol_get_header(header, &container->type, &container->size))
                return false;
        return receive_exactly(container->out, container->frame, container->size);
}

/* What is in flight of the job before may be cut anywhere; READY is looked for byte by byte, as the broker
 * does. */
bool container_reset(struct container *container)
{
        uint8_t token[PROTOCOL_TOKEN_SIZE], want[PROTOCOL_HEADER_SIZE + PROTOCOL_TOKEN_SIZE];
        uint8_t seen[sizeof want] = {0}, rest[PROTOCOL_READY_SIZE - PROTOCOL_TOKEN_SIZE], byte;
        if (getrandom(token, sizeof token, 0) != sizeof token)
                die("getrandom");
        protocol_put_header(want, FRAME_READY, PROTOCOL_READY_SIZE);
        memcpy(want + PROTOCOL_HEADER_SIZE, token, sizeof token);
        container_send(container, FRAME_RESET, token, sizeof token);
        while (memcmp(seen, want, sizeof want)) {
                if (!receive_exactly(container->out, &byte, 1))
                        return false;
                memmove(seen, seen + 1, sizeof seen - 1);
                seen[sizeof seen - 1] = byte;
        }
        if (!receive_exactly(container->out, rest, sizeof rest))
                return false;
        container->missing = protocol_get_u32(rest + 4);
        return protocol_get_u32(rest) == PROTOCOL_VERSION;
}

static void send_content(
        struct container *container, const char *name, const char *bytes, size_t size, uint8_t flags)
{
        uint8_t payload[5 + PROTOCOL_PATH_MAX];
        protocol_put_u32(payload, (uint32_t)size);
        payload[4] = flags;
        memcpy(payload + 5, name, strlen(name));
        container_send(container, FRAME_FILE, payload, 5 + strlen(name));
        for (size_t at = 0; at < size; at += PROTOCOL_PAYLOAD_MAX) {
                size_t part = size - at < PROTOCOL_PAYLOAD_MAX ? size - at : PROTOCOL_PAYLOAD_MAX;
                container_send(container, FRAME_DATA, bytes + at, part);
        }
}

void container_send_file(struct container *container, const char *path, const char *name)
{
        static char bytes[4 << 20];
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        size_t size = 0;
        ssize_t got;
        if (fd < 0)
                die(path);
        while ((got = read(fd, bytes + size, sizeof bytes - size)) > 0)
                size += (size_t)got;
        close(fd);
        send_content(container, name, bytes, size, FILE_EXECUTABLE);
}

void container_send_bytes(struct container *container, const char *name, const char *bytes)
{
        send_content(container, name, bytes, strlen(bytes), 0);
}

void container_send_suite(struct container *container, const char *name, const char *bytes)
{
        send_content(container, name, bytes, strlen(bytes), FILE_SUITE);
}

static void send_argument(struct container *container, uint8_t type, uint8_t process, const char *text)
{
        uint8_t payload[1000];
        payload[0] = process;
        memcpy(payload + 1, text, strlen(text));
        container_send(container, type, payload, 1 + strlen(text));
}

void container_send_step(struct container *container, const struct protocol_step *step,
        const char *const *first, const char *const *second, const char *input, size_t input_size)
{
        uint8_t encoded[PROTOCOL_STEP_SIZE], size[4];
        protocol_put_step(encoded, step);
        container_send(container, FRAME_STEP, encoded, sizeof encoded);
        for (; *first; first++)
                send_argument(container, FRAME_ARG, 0, *first);
        for (; second && *second; second++)
                send_argument(container, FRAME_ARG, 1, *second);
        send_argument(container, FRAME_ENV, 0, "PATH=/usr/bin:/bin:/workspace");
        if (input_size) {
                protocol_put_u32(size, (uint32_t)input_size);
                container_send(container, FRAME_STDIN, size, sizeof size);
                for (size_t at = 0; at < input_size; at += PROTOCOL_PAYLOAD_MAX) {
                        size_t left = input_size - at;
                        container_send(container, FRAME_DATA, input + at,
                                left < PROTOCOL_PAYLOAD_MAX ? left : PROTOCOL_PAYLOAD_MAX);
                }
        }
        container_send(container, FRAME_START, NULL, 0);
}

static void take(char *to, size_t *have, const struct container *container)
{
        size_t room = (1 << 20) - *have, part = container->size < room ? container->size : room;
        memcpy(to + *have, container->frame, part);
        *have += part;
        to[*have] = '\0';
}

void container_collect(struct container *container, struct outcome *outcome)
{
        outcome->over = false;
        outcome->fault[0] = outcome->out[0] = outcome->err[0] = '\0';
        outcome->out_size = outcome->err_size = 0;
        while (container_receive(container)) {
                if (container->type == FRAME_STDOUT)
                        take(outcome->out, &outcome->out_size, container);
                else if (container->type == FRAME_STDERR)
                        take(outcome->err, &outcome->err_size, container);
                else if (container->type == FRAME_FAULT)
                        snprintf(outcome->fault, sizeof outcome->fault, "%.*s", (int)container->size,
                                (const char *)container->frame);
                else if (container->type == FRAME_REPORT) {
                        outcome->over =
                                !protocol_get_report(container->frame, container->size, &outcome->report);
                        return;
                }
        }
}
