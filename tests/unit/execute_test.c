/* One request's work against a scripted broker and runner: a process that speaks both protocols, truly or
 * not. */
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/execute/execute.h"
#include "fcgi/sandbox/message.h"
#include "fcgi/service/config.h"
#include "fcgi/service/sample.h"
#include "images/runner/protocol.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* --- the runner's side ----------------------------------------------------------------------- */

static size_t piece = SIZE_MAX; /* bytes a Docker frame carries: 1 splits everything everywhere */

static void must(int ok)
{
        if (!ok)
                _exit(99);
}

static void raw(int fd, const void *bytes, size_t size)
{
        must(io_write_all(fd, bytes, size, clock_ms() + 10000, NULL) == 0);
}

static void wrapped(int fd, const void *bytes, size_t size)
{
        const unsigned char *at = bytes;
        while (size) {
                size_t part = size < piece ? size : piece;
                unsigned char header[8] = {1, 0, 0, 0, (unsigned char)(part >> 24),
                        (unsigned char)(part >> 16), (unsigned char)(part >> 8), (unsigned char)part};
                raw(fd, header, 8);
                raw(fd, at, part);
                at += part;
                size -= part;
        }
}

static void say(int fd, uint8_t type, const void *payload, size_t size)
{
        static uint8_t frame[PROTOCOL_HEADER_SIZE + PROTOCOL_PAYLOAD_MAX];
        protocol_put_header(frame, type, (uint32_t)size);
        if (size)
                memcpy(frame + PROTOCOL_HEADER_SIZE, payload, size);
        wrapped(fd, frame, PROTOCOL_HEADER_SIZE + size);
}

static void report(int fd, const struct protocol_report *r)
{
        uint8_t bytes[PROTOCOL_REPORT_SIZE];
        protocol_put_report(bytes, r);
        say(fd, FRAME_REPORT, bytes, sizeof(bytes));
}

static void exactly(int fd, void *into, size_t size)
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
static void hear_step(int fd, FILE *told)
{
        static uint8_t payload[PROTOCOL_PAYLOAD_MAX + 1];
        for (;;) {
                uint8_t header[PROTOCOL_HEADER_SIZE], type;
                uint32_t size;
                exactly(fd, header, sizeof(header));
                must(protocol_get_header(header, &type, &size) == 0);
                exactly(fd, payload, size);
                payload[size] = 0;
                struct protocol_step step;
                if (type == FRAME_START)
                        return;
                if (!told)
                        continue;
                if (type == FRAME_FILE)
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

/* --- scripts ---------------------------------------------------------------------------------- */

static const struct protocol_report fine = {
        .kind = STEP_RUN, .second_exit_code = -1, .wall_us = 12345, .cpu_us = 9876, .peak_kib = 4321};

static void play_hello(int fd)
{
        struct protocol_report r = fine;
        hear_step(fd, NULL);
        say(fd, FRAME_STDOUT, "hello ", 6);
        say(fd, FRAME_STDERR, "oh", 2);
        say(fd, FRAME_PONG, "12345678", 8);
        say(fd, FRAME_STDOUT, "world\n", 6);
        r.out_bytes = 12;
        r.err_bytes = 2;
        report(fd, &r);
}

static void play_tell(int fd)
{
        char *text = NULL;
        size_t size = 0;
        struct protocol_report r = fine;
        FILE *told = open_memstream(&text, &size);
        hear_step(fd, told);
        fclose(told);
        say(fd, FRAME_STDOUT, text, size);
        r.out_bytes = size;
        report(fd, &r);
}

/* Floods while the worker still has a megabyte to send, and reads it only afterwards. */
static void play_flood_first(int fd)
{
        static char block[PROTOCOL_PAYLOAD_MAX];
        struct protocol_report r = fine;
        memset(block, 'x', sizeof(block));
        for (int i = 0; i < 16; i++)
                say(fd, FRAME_STDOUT, block, sizeof(block));
        hear_step(fd, NULL);
        r.out_bytes = 16 * sizeof(block);
        report(fd, &r);
}

static struct protocol_report scripted; /* what the next ones report */
static const char *scripted_err = "";

static void play_scripted(int fd)
{
        hear_step(fd, NULL);
        if (*scripted_err)
                say(fd, FRAME_STDERR, scripted_err, strlen(scripted_err));
        scripted.err_bytes = strlen(scripted_err);
        report(fd, &scripted);
}

static void play_silence(int fd)
{
        char byte;
        hear_step(fd, NULL);
        exactly(fd, &byte, 1);
}

static void play_death(int fd)
{
        hear_step(fd, NULL);
        say(fd, FRAME_STDOUT, "last words", 10);
}

static void play_compile_and_run(int fd)
{
        struct protocol_report r = fine;
        r.kind = STEP_COMPILE;
        r.err_bytes = 7;
        hear_step(fd, NULL);
        say(fd, FRAME_STDERR, "warning", 7);
        report(fd, &r);
        play_tell(fd);
}

static void play_compile_error(int fd)
{
        struct protocol_report r = fine;
        r.kind = STEP_COMPILE;
        r.err_bytes = 5;
        r.exit_code = 1;
        hear_step(fd, NULL);
        say(fd, FRAME_STDERR, "error", 5);
        report(fd, &r);
}

/* The hostile ones. */
static void play_wrong_kind(int fd)
{
        struct protocol_report r = fine;
        hear_step(fd, NULL);
        r.kind = STEP_COMPILE;
        report(fd, &r);
}

static void play_early_report(int fd)
{
        report(fd, &fine);
        hear_step(fd, NULL);
}

static void play_miscount(int fd)
{
        struct protocol_report r = fine;
        hear_step(fd, NULL);
        r.out_bytes = 1;
        report(fd, &r);
}

static void play_too_much(int fd)
{
        static char block[PROTOCOL_PAYLOAD_MAX];
        hear_step(fd, NULL);
        for (int i = 0; i < 17; i++)
                say(fd, FRAME_STDERR, block, sizeof(block));
        report(fd, &fine);
}

static void play_behind_report(int fd)
{
        uint8_t both[2 * PROTOCOL_HEADER_SIZE + PROTOCOL_REPORT_SIZE + 1];
        hear_step(fd, NULL);
        protocol_put_header(both, FRAME_REPORT, PROTOCOL_REPORT_SIZE);
        protocol_put_report(both + PROTOCOL_HEADER_SIZE, &fine);
        protocol_put_header(both + PROTOCOL_HEADER_SIZE + PROTOCOL_REPORT_SIZE, FRAME_STDOUT, 1);
        both[sizeof(both) - 1] = 'x';
        wrapped(fd, both, sizeof(both));
}

static void play_foreign_frame(int fd)
{
        hear_step(fd, NULL);
        say(fd, FRAME_READY, "0123456789abcdef01234567", 24);
}

static void play_empty_output(int fd)
{
        hear_step(fd, NULL);
        say(fd, FRAME_STDOUT, NULL, 0);
}

static void play_pongs(int fd)
{
        hear_step(fd, NULL);
        for (int i = 0; i < 9; i++)
                say(fd, FRAME_PONG, "12345678", 8);
        report(fd, &fine);
}

static void play_short_report(int fd)
{
        hear_step(fd, NULL);
        say(fd, FRAME_REPORT, "0123", 4);
}

static void play_fault(int fd)
{
        hear_step(fd, NULL);
        say(fd, FRAME_FAULT, "fork:\nno", 8);
}

static void play_docker_garbage(int fd)
{
        hear_step(fd, NULL);
        raw(fd, "HTTP/1.1 500 Internal", 21);
}

static void play_long_frame(int fd)
{
        uint8_t header[8] = {1, 0, 1, 0, FRAME_STDOUT, 0, 0, 0}; /* 65,537 bytes */
        hear_step(fd, NULL);
        wrapped(fd, header, 8);
}

/* --- the broker's side ------------------------------------------------------------------------ */

static struct {
        int lease_answer;
        uint32_t death; /* answer to MESSAGE_DEATH */
        bool resize_fails;
} broker;

static char folder[] = "/tmp/sandpool-execute-XXXXXX";
static char socket_path[64];
static int results[2]; /* a pipe: what the broker saw, a letter each */

static void note(char letter)
{
        must(write(results[1], &letter, 1) == 1);
}

static pid_t start_runner(void (*play)(int), int *worker_end)
{
        int pair[2];
        must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
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
        must(poll(&wait, 1, 10000) == 1);
        int link = accept(listen_fd, NULL, NULL);
        must(link >= 0);
        pid_t runner = 0;
        while (io_recv_message(link, &m, sizeof(m), NULL) == sizeof(m)) {
                struct message answer = {.type = MESSAGE_DONE, .number = m.number};
                int stream = -1;
                if (m.type == MESSAGE_ACQUIRE) {
                        note('A');
                        answer.type = MESSAGE_ANSWER;
                        answer.value = (uint32_t)broker.lease_answer;
                        answer.number = 7;
                        memcpy(answer.sandbox, "0123456789ab", 13);
                        if (broker.lease_answer == LEASE_GRANTED)
                                runner = start_runner(play, &stream);
                } else if (m.type == MESSAGE_RESIZE) {
                        note('S');
                        answer.value = broker.resize_fails ? MESSAGE_FAILED : 0;
                } else if (m.type == MESSAGE_DEATH) {
                        note('D');
                        answer.value = broker.death;
                } else if (m.type == MESSAGE_RELEASE) {
                        note(m.value ? 'c' : 'u');
                        continue;
                }
                must(io_send_message(link, &answer, sizeof(answer), stream) == 0);
                io_close(&stream);
        }
        if (runner) {
                kill(runner, SIGKILL);
                waitpid(runner, NULL, 0);
        }
        _exit(0);
}

/* --- the test's own ----------------------------------------------------------------------------- */

static struct config *config;
static struct language python, cpp; /* copies, to be bent */

struct trial {
        struct request request;
        struct request_file file;
        struct result result;
        struct execute_times times;
        struct error err;
        char seen[16]; /* what the broker saw */
        enum execute_outcome outcome;
        int64_t took_ms;
};

static void prepare(struct trial *t, const struct language *language, const char *code)
{
        memset(t, 0, sizeof(*t));
        sample_request(
                &t->request, &t->file, config, language, (char *)(uintptr_t)code, strlen(code), NULL, 0);
        t->request.policy = policies_find(config->policies, "off");
}

static void run_with_cancel(struct trial *t, void (*play)(int), int cancel_fd)
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
        struct broker_link *link = broker_link_new(socket_path, 10000);
        int64_t start = clock_ms();
        t->outcome = execute_request(
                link, config->settings, &t->request, "abc", cancel_fd, &t->result, &t->times, &t->err);
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

static void run(struct trial *t, void (*play)(int))
{
        run_with_cancel(t, play, -1);
}

static void done(struct trial *t)
{
        result_free(&t->result);
}

static void assert_buffer(const struct buffer *buffer, const char *expected)
{
        assert_int_equal(buffer->size, strlen(expected));
        if (buffer->size)
                assert_memory_equal(buffer->data, expected, buffer->size);
}

static void output_and_figures(void **state)
{
        (void)state;
        struct trial t;
        prepare(&t, &python, "print(1)");
        run(&t, play_hello);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_int_equal(t.result.status, STATUS_SUCCESS);
        assert_int_equal(t.result.reason, REASON_NONE);
        assert_true(t.result.ran);
        assert_false(t.result.compiled);
        assert_buffer(&t.result.run.out, "hello world\n");
        assert_buffer(&t.result.run.err, "oh");
        assert_int_equal(t.result.run.wall_ms, 12);
        assert_int_equal(t.result.run.cpu_ms, 10);
        assert_int_equal(t.result.run.memory_kib, 4321);
        assert_int_equal(t.result.run.exit_code, 0);
        assert_string_equal(t.result.error, "");
        assert_string_equal(t.times.sandbox, "0123456789ab");
        assert_string_equal(t.seen, "Ac");
        done(&t);
}

static void split_at_every_byte(void **state)
{
        (void)state;
        struct trial t;
        prepare(&t, &python, "print(1)");
        for (piece = 1; piece <= 9; piece++) {
                t.result = (struct result){0};
                memset(t.seen, 0, sizeof(t.seen));
                run(&t, play_hello);
                assert_int_equal(t.outcome, EXECUTE_DONE);
                assert_buffer(&t.result.run.out, "hello world\n");
                assert_string_equal(t.seen, "Ac");
                done(&t);
        }
        piece = SIZE_MAX;
}

static void the_job_says_what_was_asked(void **state)
{
        (void)state;
        struct trial t;
        char *args[] = {"one", "two words", NULL}, input[] = "in";
        static char *argv[] = {"python3", "{source}", NULL};
        python.run.argv = argv;
        python.cpu_percent = 50;
        prepare(&t, &python, "print(1)");
        t.request.args = args;
        t.request.input = input;
        t.request.input_size = 2;
        t.request.timeout_ms = 4000;
        run(&t, play_tell);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        char expected[512];
        snprintf(expected, sizeof(expected),
                "file %s 8\ndata print(1)\nstep %d wall 4000 cpu 3000 out %u\n"
                "arg python3\narg %s\narg one\narg two words\nstdin 2\ndata in\n",
                python.source, STEP_RUN, config->settings->limits.output_bytes, python.source);
        assert_buffer(&t.result.run.out, expected);
        done(&t);
}

static void output_before_input_is_no_deadlock(void **state)
{
        (void)state;
        struct trial t;
        char *input = calloc(1, 1 << 20);
        prepare(&t, &python, "print(1)");
        t.request.input = input;
        t.request.input_size = 1 << 20;
        run(&t, play_flood_first);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_int_equal(t.result.run.out.size, 1 << 20);
        assert_true(t.took_ms < 5000);
        free(input);
        done(&t);
}

static void verdicts(void **state)
{
        (void)state;
        static const struct {
                uint8_t ended_by, signal;
                int exit_code;
                const char *err;
                uint32_t timeout_ms;
                enum status status;
                enum reason reason;
                const char *text;
        } cases[] = {
                {ENDED_BY_ITSELF, 0, 0, "warned", 1000, STATUS_SUCCESS, REASON_NONE, ""},
                {ENDED_BY_ITSELF, 0, 3, "Traceback", 1000, STATUS_ERROR, REASON_RUNTIME_ERROR, ""},
                {ENDED_BY_ITSELF, 0, 3, "", 1000, STATUS_ERROR, REASON_RUNTIME_ERROR,
                        "Your code ended with exit code 3"},
                {ENDED_BY_ITSELF, SIGSEGV, -1, "", 1000, STATUS_ERROR, REASON_RUNTIME_ERROR,
                        "Your code was ended by SIGSEGV"},
                {ENDED_BY_ITSELF, 0, 1, "x\nOut Of Memory!\n", 1000, STATUS_ERROR, REASON_MEMORY_LIMIT,
                        "Your code used too much memory (limit 128 MB)"},
                {ENDED_BY_ITSELF, 0, 0, "Out Of Memory!\n", 1000, STATUS_SUCCESS, REASON_NONE, ""},
                {ENDED_BY_WALL, SIGKILL, -1, "", 5000, STATUS_TIMEOUT, REASON_TIME_LIMIT,
                        "Execution exceeded 5 second timeout"},
                {ENDED_BY_CPU, SIGKILL, -1, "", 500, STATUS_TIMEOUT, REASON_TIME_LIMIT,
                        "Execution exceeded 0.5 second timeout"},
                {ENDED_BY_WALL, SIGKILL, -1, "x", 2500, STATUS_TIMEOUT, REASON_TIME_LIMIT,
                        "Execution exceeded 2.5 second timeout"},
                {ENDED_BY_OUTPUT, SIGKILL, -1, "", 1000, STATUS_ERROR, REASON_OUTPUT_LIMIT,
                        "Your code wrote more than 1 MB of output"},
                {ENDED_BY_MEMORY, SIGKILL, -1, "", 1000, STATUS_ERROR, REASON_MEMORY_LIMIT,
                        "Your code used too much memory (limit 128 MB)"},
                {ENDED_BY_MEMORY, 0, 0, "", 1000, STATUS_ERROR, REASON_MEMORY_LIMIT,
                        "Your code used too much memory (limit 128 MB)"},
        };
        static char pattern[] = "^Out Of Memory";
        python.memory_error = pattern;
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
                struct trial t;
                scripted = fine;
                scripted.ended_by = cases[i].ended_by;
                scripted.signal = cases[i].signal;
                scripted.exit_code = cases[i].exit_code;
                scripted_err = cases[i].err;
                prepare(&t, &python, "print(1)");
                t.request.timeout_ms = cases[i].timeout_ms;
                t.request.memory_mib = 128;
                run(&t, play_scripted);
                if (t.outcome != EXECUTE_DONE || t.result.status != cases[i].status ||
                        t.result.reason != cases[i].reason || strcmp(t.result.error, cases[i].text))
                        fail_msg("case %zu: outcome %d, status %d, reason %d, '%s'", i, t.outcome,
                                t.result.status, t.result.reason, t.result.error);
                assert_string_equal(t.seen, "Ac");
                done(&t);
        }
        scripted_err = "";
}

static void figures_of_a_lying_runner_are_cut(void **state)
{
        (void)state;
        struct trial t;
        scripted = fine;
        scripted.wall_us = UINT64_MAX;
        scripted.peak_kib = UINT64_MAX;
        prepare(&t, &python, "print(1)");
        t.request.memory_mib = 64;
        run(&t, play_scripted);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_int_equal(t.result.run.wall_ms, UINT32_MAX);
        assert_int_equal(t.result.run.memory_kib, 64 << 10);
        done(&t);
}

static void what_a_runner_never_says_is_our_failure(void **state)
{
        (void)state;
        static void (*const hostile[])(int) = {play_wrong_kind, play_early_report, play_miscount,
                play_too_much, play_behind_report, play_foreign_frame, play_empty_output, play_pongs,
                play_short_report, play_fault, play_docker_garbage, play_long_frame};
        for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
                struct trial t;
                char *input = calloc(1, 1 << 20); /* so that an early report comes before all is sent */
                prepare(&t, &python, "print(1)");
                t.request.input = input;
                t.request.input_size = 1 << 20;
                run(&t, hostile[i]);
                if (t.outcome != EXECUTE_FAILED || strcmp(t.seen, "Au") || !t.err.text[0])
                        fail_msg("script %zu: outcome %d, broker saw %s, '%s'", i, t.outcome, t.seen,
                                t.err.text);
                assert_non_null(strstr(t.err.text, "0123456789ab"));
                assert_null(strchr(t.err.text, '\n'));
                free(input);
                done(&t);
        }
}

static void programs_that_do_not_start(void **state)
{
        (void)state;
        struct trial t;
        scripted = fine;
        scripted.ended_by = ENDED_BY_NO_START;
        scripted.exit_code = ENOENT;
        prepare(&t, &python, "print(1)");
        run(&t, play_scripted);
        assert_int_equal(t.outcome, EXECUTE_FAILED); /* an interpreter is ours */
        done(&t);
}

static void a_late_runner_is_a_timeout(void **state)
{
        (void)state;
        struct trial t;
        prepare(&t, &python, "print(1)");
        t.request.timeout_ms = 100;
        run(&t, play_silence);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_int_equal(t.result.status, STATUS_TIMEOUT);
        assert_int_equal(t.result.reason, REASON_TIME_LIMIT);
        assert_string_equal(t.result.error, "Execution exceeded 0.1 second timeout");
        assert_in_range(t.took_ms, 1100, 3000);
        assert_string_equal(t.seen, "Au");
        done(&t);
}

static void a_runner_that_dies(void **state)
{
        (void)state;
        struct trial t;
        broker.death = 1;
        prepare(&t, &python, "print(1)");
        t.request.memory_mib = 64;
        run(&t, play_death);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_int_equal(t.result.reason, REASON_MEMORY_LIMIT);
        assert_string_equal(t.result.error, "Your code used too much memory (limit 64 MB)");
        assert_buffer(&t.result.run.out, "last words");
        assert_string_equal(t.seen, "ADu");
        done(&t);

        broker.death = 0;
        prepare(&t, &python, "print(1)");
        run(&t, play_death);
        assert_int_equal(t.outcome, EXECUTE_FAILED);
        assert_string_equal(t.seen, "ADu");
        done(&t);
}

static void the_client_leaves(void **state)
{
        (void)state;
        struct trial t;
        int client[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, client), 0);
        prepare(&t, &python, "print(1)");
        pid_t leaver = fork();
        if (leaver == 0) { /* holds the client's end for a while, as a browser does */
                close(client[0]);
                poll(NULL, 0, 100);
                _exit(0);
        }
        close(client[1]);
        run_with_cancel(&t, play_silence, client[0]);
        assert_int_equal(waitpid(leaver, NULL, 0), leaver);
        assert_int_equal(t.outcome, EXECUTE_CLIENT_GONE);
        assert_true(t.took_ms < 2000);
        assert_string_equal(t.seen, "Ac");
        close(client[0]);
        done(&t);
}

static void compiled_languages(void **state)
{
        (void)state;
        struct trial t;
        static char *compile[] = {"g++", "{source}", NULL}, *binary[] = {"./a.out", NULL};
        cpp.compile.argv = compile;
        cpp.run.argv = binary;
        cpp.compile_memory_mib = 512;
        prepare(&t, &cpp, "int main(){}");
        t.request.memory_mib = 64;
        run(&t, play_compile_and_run);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_int_equal(t.result.status, STATUS_SUCCESS);
        assert_buffer(&t.result.compile.err, "warning");
        assert_memory_equal(t.result.run.out.data, "step 1", 6); /* no files again */
        assert_string_equal(t.seen, "ASc");
        done(&t);

        prepare(&t, &cpp, "int main(){}");
        t.request.memory_mib = 512;
        run(&t, play_compile_and_run);
        assert_string_equal(t.seen, "Ac"); /* nothing to resize */
        done(&t);

        prepare(&t, &cpp, "int main(){}");
        run(&t, play_compile_error);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_int_equal(t.result.reason, REASON_COMPILE_ERROR);
        assert_buffer(&t.result.compile.err, "error");
        assert_false(t.result.ran);
        assert_string_equal(t.seen, "Ac");
        done(&t);

        scripted = fine;
        scripted.kind = STEP_COMPILE;
        scripted.ended_by = ENDED_BY_WALL;
        cpp.compile_timeout_ms = 20000;
        prepare(&t, &cpp, "int main(){}");
        run(&t, play_scripted);
        assert_int_equal(t.result.status, STATUS_TIMEOUT);
        assert_string_equal(t.result.error, "Compilation exceeded 20 second timeout");
        done(&t);

        scripted.ended_by = ENDED_BY_MEMORY;
        prepare(&t, &cpp, "int main(){}");
        run(&t, play_scripted);
        assert_int_equal(t.result.reason, REASON_MEMORY_LIMIT);
        assert_string_equal(t.result.error, "Compiling your code used too much memory (limit 512 MB)");
        done(&t);

        broker.resize_fails = true;
        prepare(&t, &cpp, "int main(){}");
        t.request.memory_mib = 64;
        run(&t, play_compile_and_run);
        broker.resize_fails = false;
        assert_int_equal(t.outcome, EXECUTE_FAILED);
        assert_string_equal(t.seen, "ASu");
        done(&t);
}

static void leases_that_are_not_had(void **state)
{
        (void)state;
        static const struct {
                int answer;
                enum execute_outcome outcome;
        } cases[] = {{LEASE_BUSY, EXECUTE_BUSY}, {LEASE_NO_IMAGE, EXECUTE_UNAVAILABLE},
                {LEASE_UNAVAILABLE, EXECUTE_UNAVAILABLE}, {LEASE_SHUTTING_DOWN, EXECUTE_SHUTTING_DOWN},
                {LEASE_CANCELLED, EXECUTE_CLIENT_GONE}};
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
                struct trial t;
                broker.lease_answer = cases[i].answer;
                prepare(&t, &python, "print(1)");
                run(&t, play_hello);
                assert_int_equal(t.outcome, cases[i].outcome);
                assert_string_equal(t.seen, "A");
                done(&t);
        }
        broker.lease_answer = LEASE_GRANTED;
}

static void no_broker(void **state)
{
        (void)state;
        struct trial t;
        struct broker_link *link = broker_link_new("/nonexistent/broker.sock", 10000);
        prepare(&t, &python, "print(1)");
        t.outcome =
                execute_request(link, config->settings, &t.request, "abc", -1, &t.result, &t.times, &t.err);
        assert_int_equal(t.outcome, EXECUTE_UNAVAILABLE);
        assert_true(t.err.text[0]);
        broker_link_free(link);
        done(&t);
}

static void the_policy_blocks_before_any_lease(void **state)
{
        (void)state;
        struct trial t;
        prepare(&t, &python, "x = 1\nimport os\n");
        t.request.policy = policies_find(config->policies, config->settings->default_policy);
        run(&t, play_hello);
        assert_int_equal(t.outcome, EXECUTE_DONE);
        assert_int_equal(t.result.status, STATUS_BLOCKED);
        assert_int_equal(t.result.reason, REASON_POLICY);
        assert_true(t.result.violations.count >= 1);
        assert_int_equal(t.result.violations.list[0].line, 2);
        assert_string_equal(t.result.error, t.result.violations.list[0].message);
        assert_string_equal(t.seen, "");
        done(&t);
}

static int set_up(void **state)
{
        (void)state;
        struct error err = {0};
        config = config_load("conf/sandpool.yaml", &err);
        if (!config) {
                fprintf(stderr, "%s (run from the repository's root)\n", err.text);
                return -1;
        }
        python = *registry_find(config->registry, "python");
        cpp = *registry_find(config->registry, "cpp");
        if (!mkdtemp(folder))
                return -1;
        snprintf(socket_path, sizeof(socket_path), "%s/broker.sock", folder);
        return 0;
}

static int tear_down(void **state)
{
        (void)state;
        config_free(config);
        return rmdir(folder);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(output_and_figures),
                cmocka_unit_test(split_at_every_byte),
                cmocka_unit_test(the_job_says_what_was_asked),
                cmocka_unit_test(output_before_input_is_no_deadlock),
                cmocka_unit_test(verdicts),
                cmocka_unit_test(figures_of_a_lying_runner_are_cut),
                cmocka_unit_test(what_a_runner_never_says_is_our_failure),
                cmocka_unit_test(programs_that_do_not_start),
                cmocka_unit_test(a_late_runner_is_a_timeout),
                cmocka_unit_test(a_runner_that_dies),
                cmocka_unit_test(the_client_leaves),
                cmocka_unit_test(compiled_languages),
                cmocka_unit_test(leases_that_are_not_had),
                cmocka_unit_test(no_broker),
                cmocka_unit_test(the_policy_blocks_before_any_lease),
        };
        return cmocka_run_group_tests(tests, set_up, tear_down);
}
