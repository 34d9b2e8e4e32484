/* A broker and a runner that keep to a script, each a process. */
#include "tests/unit/script.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/sandbox/message.h"
#include "fcgi/service/sample.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

const struct protocol_report script_fine = {.kind = STEP_RUN,
        .second_exit_code = -1,
        .wall_us = 12345,
        .cpu_us = 9876,
        .peak_kib = 4321,
        .start_us = 300,
        .finish_us = 200};

size_t script_piece = SIZE_MAX;

void script_must(int ok)
{
        if (!ok)
                _exit(99);
}

void script_raw(int fd, const void *bytes, size_t size)
{
        script_must(io_write_all(fd, bytes, size, clock_ms() + SCRIPT_PATIENCE_MS, NULL) == 0);
}

void script_wrapped(int fd, const void *bytes, size_t size)
{
        const unsigned char *at = bytes;
        while (size) {
                size_t part = size < script_piece ? size : script_piece;
                unsigned char header[8] = {1, 0, 0, 0, (unsigned char)(part >> 24),
                        (unsigned char)(part >> 16), (unsigned char)(part >> 8), (unsigned char)part};
                script_raw(fd, header, 8);
                script_raw(fd, at, part);
                at += part;
                size -= part;
        }
}

void script_say(int fd, uint8_t type, const void *payload, size_t size)
{
        static uint8_t frame[PROTOCOL_HEADER_SIZE + PROTOCOL_PAYLOAD_MAX];
        protocol_put_header(frame, type, (uint32_t)size);
        if (size)
                memcpy(frame + PROTOCOL_HEADER_SIZE, payload, size);
        script_wrapped(fd, frame, PROTOCOL_HEADER_SIZE + size);
}

void script_report(int fd, const struct protocol_report *r)
{
        uint8_t bytes[PROTOCOL_REPORT_SIZE];
        protocol_put_report(bytes, r);
        script_say(fd, FRAME_REPORT, bytes, sizeof(bytes));
}

void script_exactly(int fd, void *into, size_t size)
{
        char *at = into;
        while (size) {
                ssize_t got = read(fd, at, size);
                if (got <= 0)
                        _exit(0); /* the worker let go */
                at += got;
                size -= (size_t)got;
        }
}

/* Read frames until START. What they are is written to told, as text, if that is not NULL. */
void script_hear_step(int fd, FILE *told)
{
        static uint8_t payload[PROTOCOL_PAYLOAD_MAX + 1];
        for (;;) {
                uint8_t header[PROTOCOL_HEADER_SIZE], type;
                uint32_t size;
                script_exactly(fd, header, sizeof(header));
                script_must(protocol_get_header(header, &type, &size) == 0);
                script_exactly(fd, payload, size);
                payload[size] = 0;
                struct protocol_step step;
                if (type == FRAME_START)
                        return;
                if (!told)
                        continue;
                if (type == FRAME_JOB)
                        fprintf(told, "job %u\n", payload[0]);
                else if (type == FRAME_FILE)
                        fprintf(told, "file %s %u\n", (char *)payload + 5, protocol_get_u32(payload));
                else if (type == FRAME_ARG)
                        fprintf(told, "arg %s\n", (char *)payload + 1);
                else if (type == FRAME_STDIN)
                        fprintf(told, "stdin %u\n", protocol_get_u32(payload));
                else if (type == FRAME_DATA)
                        fprintf(told, "data %s\n", (char *)payload);
                else if (type == FRAME_STEP && protocol_get_step(payload, size, &step) == 0)
                        fprintf(told, "step %u wall %u cpu %u out %u\n", step.kind, step.wall_ms, step.cpu_ms,
                                step.output_bytes);
        }
}

struct script_broker script_broker;

static char folder[] = "/tmp/sandpool-execute-XXXXXX";
static char socket_path[64];
static int results[2]; /* a pipe: what the broker saw, a letter each */

static void note(char letter)
{
        script_must(write(results[1], &letter, 1) == 1);
}

/* Less than what some scripts leave unread, whatever this machine's sockets hold by default. */
static void make_small(int fd)
{
        int size = 64 << 10;
        script_must(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) == 0);
}

static pid_t start_runner(void (*play)(int), int *worker_end)
{
        int pair[2];
        script_must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
        make_small(pair[0]);
        make_small(pair[1]);
        pid_t pid = fork();
        if (pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                close(pair[0]);
                play(pair[1]);
                _exit(0);
        }
        close(pair[1]);
        *worker_end = pair[0];
        return pid;
}

static void be_broker(int listen_fd, void (*play)(int))
{
        struct message m;
        struct pollfd wait = {.fd = listen_fd, .events = POLLIN};
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        script_must(poll(&wait, 1, SCRIPT_PATIENCE_MS) == 1);
        int link = accept(listen_fd, NULL, NULL);
        script_must(link >= 0);
        pid_t runner = 0;
        while (io_recv_message(link, &m, sizeof(m), NULL) == sizeof(m)) {
                struct message answer = {.type = MESSAGE_DONE, .number = m.number};
                int stream = -1;
                if (m.type == MESSAGE_ACQUIRE) {
                        note('A');
                        answer.type = MESSAGE_ANSWER;
                        answer.value = (uint32_t)script_broker.lease_answer;
                        answer.number = 7;
                        memcpy(answer.sandbox, "0123456789ab", 13);
                        if (script_broker.lease_answer == LEASE_GRANTED)
                                runner = start_runner(play, &stream);
                } else if (m.type == MESSAGE_RESIZE) {
                        note('S');
                        answer.value = script_broker.resize_fails ? MESSAGE_FAILED : 0;
                } else if (m.type == MESSAGE_DEATH) {
                        note('D');
                        answer.value = script_broker.death;
                } else if (m.type == MESSAGE_RELEASE) {
                        note(m.value ? 'c' : 'u');
                        continue;
                } else if (m.type == MESSAGE_CANCEL) {
                        continue; /* it was granted before */
                }
                script_must(io_send_message(link, &answer, sizeof(answer), stream) == 0);
                io_close(&stream);
        }
        if (runner) {
                kill(runner, SIGKILL);
                waitpid(runner, NULL, 0);
        }
        _exit(0);
}

struct config *script_config;
struct language script_python, script_cpp;

void script_prepare(struct trial *t, const struct language *language, const char *code)
{
        memset(t, 0, sizeof(*t));
        sample_request(&t->request, &t->file, script_config, language, (char *)(uintptr_t)code, strlen(code),
                NULL, 0);
        t->request.policy = policies_find(script_config->policies, "off");
        t->request.timeout_ms = SCRIPT_PATIENCE_MS;
}

void script_run_with_cancel(struct trial *t, void (*play)(int), int cancel_fd)
{
        struct error err = {0};
        int status, listen_fd = io_listen_unix(socket_path, SOCK_SEQPACKET, 0600, (gid_t)-1, 4, &err);
        assert_true(listen_fd >= 0);
        assert_int_equal(pipe(results), 0);
        pid_t pid = fork();
        if (pid == 0)
                be_broker(listen_fd, play);
        close(listen_fd);
        close(results[1]);
        struct broker_link *link = broker_link_new(socket_path, SCRIPT_PATIENCE_MS);
        int64_t start = clock_ms();
        t->outcome = execute_request(
                link, script_config->settings, &t->request, "abc", cancel_fd, &t->result, &t->times, &t->err);
        t->took_ms = clock_ms() - start;
        broker_link_free(link);
        if (t->result.violations.blocked)
                kill(pid, SIGKILL); /* nobody came to it */
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (!t->result.violations.blocked)
                assert_int_equal(status, 0);
        ssize_t got = read(results[0], t->seen, sizeof(t->seen) - 1);
        assert_true(got >= 0);
        close(results[0]);
        unlink(socket_path);
}

void script_run(struct trial *t, void (*play)(int))
{
        script_run_with_cancel(t, play, -1);
}

void script_done(struct trial *t)
{
        result_free(&t->result);
}

void script_assert_buffer(const struct buffer *buffer, const char *expected)
{
        assert_int_equal(buffer->size, strlen(expected));
        if (buffer->size)
                assert_memory_equal(buffer->data, expected, buffer->size);
}

int script_set_up(void **state)
{
        (void)state;
        struct error err = {0};
        script_config = config_load("conf/sandpool.yaml", &err);
        if (!script_config) {
                fprintf(stderr, "%s (run from the repository's root)\n", err.text);
                return -1;
        }
        script_python = *registry_find(script_config->registry, "python");
        script_cpp = *registry_find(script_config->registry, "cpp");
        script_cpp.compile_timeout_ms = SCRIPT_PATIENCE_MS;
        script_config->settings->limits.request_time_ms = 10 * SCRIPT_PATIENCE_MS;
        if (!mkdtemp(folder))
                return -1;
        snprintf(socket_path, sizeof(socket_path), "%s/script_broker.sock", folder);
        return 0;
}

int script_tear_down(void **state)
{
        (void)state;
        config_free(script_config);
        return rmdir(folder);
}
