/* What a real service tells the service manager that started it, from its start over a reload and an upgrade
 * to its end: which state, in which order, by which process. systemd believes the main process alone, and the
 * one that it names. */
#include "tests/integration/fixture.h"
#include "tests/integration/must.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 120000
#define VERB_MS 300000
#define TOLD_MAX 64

/* One datagram: who sent it, by the kernel's word, and its lines with blanks between them. */
struct told {
        pid_t by;
        char what[120];
};

static pid_t listener;

static void be_listener(int fd, int out) __attribute__((noreturn));

/* A process of its own, because the queue of a socket holds but a few. */
static void be_listener(int fd, int out)
{
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
                char text[256], line[300], control[CMSG_SPACE(sizeof(struct ucred))];
                struct iovec io = {text, sizeof text - 1};
                struct msghdr message = {.msg_iov = &io,
                        .msg_iovlen = 1,
                        .msg_control = control,
                        .msg_controllen = sizeof control};
                struct ucred sender = {0};
                ssize_t size = recvmsg(fd, &message, 0);
                if (size < 0)
                        continue;
                text[size] = '\0';
                for (char *c = text; (c = strchr(c, '\n'));)
                        *c = ' ';
                struct cmsghdr *head = CMSG_FIRSTHDR(&message);
                if (head && head->cmsg_type == SCM_CREDENTIALS)
                        memcpy(&sender, CMSG_DATA(head), sizeof sender);
                snprintf(line, sizeof line, "%d %s\n", (int)sender.pid, text);
                io_write_all(out, line, strlen(line), -1, NULL);
        }
}

/* Listens at DIR/notify; what is told goes to DIR/told, a line each. */
static int start_listener(struct error *err)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        char path[100];
        int on = 1, fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        snprintf(path, sizeof path, "%s/told", fixture.dir);
        int out = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        snprintf(path, sizeof path, "%s/notify", fixture.dir);
        strcpy(address.sun_path, path);
        if (fd < 0 || out < 0 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) ||
                bind(fd, (struct sockaddr *)&address, sizeof address))
                return error_errno(err, "%s", path);
        listener = fork();
        if (listener == 0)
                be_listener(fd, out);
        io_close(&fd);
        io_close(&out);
        setenv("NOTIFY_SOCKET", path, 1);
        setenv("WATCHDOG_USEC", "200000", 1);
        return listener < 0 ? error_errno(err, "fork") : 0;
}

static int start(void **state)
{
        struct error err = {0};
        struct service_options options = {
                .workers = 2, .pool_max = 2, .warm = {{"python", 1}, {"javascript", 0}, {"cpp", 0}}};
        (void)state;
        prctl(PR_SET_CHILD_SUBREAPER, 1); /* the heir is this process's child */
        if (service_prepare(&fixture, &options, &err) || start_listener(&err) ||
                service_launch(&fixture, &err))
                goto failed;
        unsetenv("NOTIFY_SOCKET");
        unsetenv("WATCHDOG_USEC");
        if (!service_launch_nginx(&fixture, &err) && !service_await_ready(&fixture, &err))
                return 0;
failed:
        print_error("%s\n", err.text);
        return -1;
}

static int stop(void **state)
{
        int rc = *fixture.dir ? fixture_stop(state) : 0;
        if (listener > 0) {
                kill(listener, SIGKILL);
                waitpid(listener, NULL, 0);
        }
        return rc;
}

/* All that was told so far but for WATCHDOG=1, the number of which by a process is returned. */
static unsigned listen_to(pid_t alive, struct told told[TOLD_MAX], size_t *count)
{
        char path[100], *text = NULL, *rest, *line;
        struct error err = {0};
        unsigned signs = 0;
        snprintf(path, sizeof path, "%s/told", fixture.dir);
        if (io_read_file(path, 1 << 20, &text, &err) < 0)
                fail_msg("%s", err.text);
        *count = 0;
        for (rest = text; (line = strsep(&rest, "\n")) && rest;) {
                struct told one = {0};
                assert_int_equal(sscanf(line, "%d %119[^\n]", &one.by, one.what), 2);
                if (!strcmp(one.what, "WATCHDOG=1"))
                        signs += one.by == alive;
                else if (*count < TOLD_MAX)
                        told[(*count)++] = one;
        }
        free(text);
        return signs;
}

static bool is_told(void *context)
{
        struct told told[TOLD_MAX];
        size_t count;
        listen_to(0, told, &count);
        return count >= *(size_t *)context;
}

/* Wait for so many states in all; the last of them. */
static struct told await_told(size_t number)
{
        struct told told[TOLD_MAX];
        size_t count;
        bool came = service_until(is_told, &number, WAIT_MS);
        listen_to(0, told, &count);
        if (!came)
                fail_msg("only %zu states were told, the last was '%s'", count,
                        count ? told[count - 1].what : "");
        if (count > number)
                fail_msg("'%s' was told too", told[number].what);
        return told[number - 1];
}

struct life {
        pid_t process;
        unsigned signs;
};

static bool shows_more_signs(void *context)
{
        struct told told[TOLD_MAX];
        size_t count;
        const struct life *life = context;
        return listen_to(life->process, told, &count) >= life->signs;
}

/* The main process says that it lives, again and again. */
static void lives(void)
{
        struct told told[TOLD_MAX];
        size_t count;
        struct life life = {fixture.supervisor, listen_to(fixture.supervisor, told, &count) + 3};
        if (!service_until(shows_more_signs, &life, WAIT_MS))
                fail_msg("process %d shows no signs of life", (int)life.process);
}

static void verb(const char *word)
{
        struct error err = {0};
        struct buffer out = BUFFER_MAX(1024);
        const char *const argv[] = {fixture.binary, "--config", fixture.settings, word, NULL};
        if (spawn_run(argv, VERB_MS, &out, NULL, &err))
                fail_msg("%s: %s %.*s", word, err.text, (int)out.size, out.data ? out.data : "");
        buffer_clear(&out);
}

static void says(struct told told, pid_t by, const char *what)
{
        assert_string_equal(told.what, what);
        assert_int_equal(told.by, by);
}

static void it_is_ready_and_lives(void **state)
{
        (void)state;
        says(await_told(1), fixture.supervisor, "READY=1");
        lives();
}

/* MONOTONIC_USEC lies between what the clock said before and says now. */
static void a_reload_begins_and_ends(void **state)
{
        int64_t before_us = clock_us(), at_us;
        int end = 0;
        (void)state;
        verb("reload");
        says(await_told(3), fixture.supervisor, "READY=1");
        struct told told[TOLD_MAX];
        size_t count;
        listen_to(0, told, &count);
        assert_int_equal(told[1].by, fixture.supervisor);
        assert_int_equal(sscanf(told[1].what, "RELOADING=1 MONOTONIC_USEC=%" SCNd64 "%n", &at_us, &end), 1);
        assert_int_equal(told[1].what[end], '\0');
        assert_true(at_us >= before_us && at_us <= clock_us());
        lives();
}

/* The old main process names the new one, and only then is its own word void. */
static void an_upgrade_names_the_new_process(void **state)
{
        struct error err = {0};
        char expected[40];
        pid_t old = fixture.supervisor;
        (void)state;
        verb("upgrade");
        if (service_follow_upgrade(&fixture, &err) != 1)
                fail_msg("%s", *err.text ? err.text : "the process is the same");
        struct told told = await_told(4);
        snprintf(expected, sizeof expected, "MAINPID=%d WATCHDOG=1", (int)fixture.supervisor);
        says(told, old, expected); /* from here on, there is as much time as after any sign of life */
        lives();
}

static void the_end_is_told(void **state)
{
        struct error err = {0};
        char path[64];
        (void)state;
        pid_t last = fixture.supervisor;
        service_end(&fixture);
        says(await_told(5), last, "STOPPING=1");
        must(service_gone(&fixture, clock_ms() + WAIT_MS, &err), &err);
        await_told(5); /* and nothing after it */
        snprintf(path, sizeof path, "%s/notify", fixture.dir);
        assert_int_equal(access(path, F_OK), 0); /* it is not the service's to remove */
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(it_is_ready_and_lives),
                cmocka_unit_test(a_reload_begins_and_ends),
                cmocka_unit_test(an_upgrade_names_the_new_process),
                cmocka_unit_test(the_end_is_told),
        };
        return cmocka_run_group_tests(tests, start, stop);
}
