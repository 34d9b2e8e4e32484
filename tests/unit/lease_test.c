/* The worker's side of a lease, with a broker that answers what no broker should. */
#include "fcgi/sandbox/lease.h"

#include "fcgi/base/io.h"
#include "fcgi/sandbox/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/sandpool-lease-XXXXXX", path[64];
static const struct language language = {.id = "toy"};

#define PATIENCE_MS 60000 /* a broker that answers may not get a processor for seconds */

static int make_folder(void **state)
{
        (void)state;
        snprintf(path, sizeof path, "%s/broker.sock", mkdtemp(folder) ? folder : "");
        return 0;
}

static int remove_folder(void **state)
{
        (void)state;
        unlink(path);
        return rmdir(folder);
}

/* In a process of its own: one connection, an answer to each message. */
static pid_t be_broker(const struct message *answers, size_t count)
{
        struct error err = {0};
        int listener = io_listen_unix(path, SOCK_SEQPACKET, 0600, (gid_t)-1, 4, &err);
        assert_true(listener >= 0 && !io_set_nonblocking(listener, 0));
        pid_t pid = fork();
        if (pid == 0) {
                struct message ask;
                int fd = accept(listener, NULL, NULL);
                for (size_t i = 0; i < count && io_recv_message(fd, &ask, sizeof ask, NULL) > 0; i++)
                        io_send_message(fd, &answers[i], sizeof answers[i],
                                answers[i].type == MESSAGE_ANSWER && !answers[i].value ? STDERR_FILENO : -1);
                _exit(0);
        }
        close(listener);
        return pid;
}

/* What a question about a lease is answered with, as the worker understands it; *said whether there is a
 * reason. */
static int answered(uint32_t type, uint64_t number, uint32_t value, bool *said)
{
        const struct message answers[] = {{.type = MESSAGE_ANSWER, .value = LEASE_GRANTED, .number = 5},
                {.type = type, .number = number, .value = value}};
        struct error err = {0};
        struct lease lease;
        pid_t pid = be_broker(answers, 2);
        struct broker_link *link = broker_link_new(path, PATIENCE_MS);
        assert_int_equal(lease_acquire(link, &language, 128, 1000, "test", -1, &lease, &err), LEASE_GRANTED);
        int rc = lease_died_of_memory(link, &lease, &err);
        *said = *err.text;
        lease_release(link, &lease, true);
        broker_link_free(link);
        waitpid(pid, NULL, 0);
        return rc;
}

static void yes_no_and_nonsense(void **state)
{
        static const struct {
                uint32_t type;
                uint64_t number;
                uint32_t value;
                int rc;
        } cases[] = {
                {MESSAGE_DONE, 5, 0, 0},
                {MESSAGE_DONE, 5, 1, 1},
                {MESSAGE_DONE, 5, MESSAGE_FAILED, -1},
                {MESSAGE_DONE, 5, 2, -1},
                {MESSAGE_DONE, 5, 0x80000001, -1},
                {MESSAGE_DONE, 6, 1, -1},
                {MESSAGE_ANSWER, 5, 1, -1},
        };
        (void)state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                bool said;
                assert_int_equal(
                        answered(cases[i].type, cases[i].number, cases[i].value, &said), cases[i].rc);
                assert_int_equal(said, cases[i].rc < 0);
        }
}

static void an_answer_that_there_is_not(void **state)
{
        const struct message answers[] = {{.type = MESSAGE_ANSWER, .value = LEASE_CANCELLED + 1}};
        struct error err = {0};
        struct lease lease;
        (void)state;
        pid_t pid = be_broker(answers, 1);
        struct broker_link *link = broker_link_new(path, PATIENCE_MS);
        assert_int_equal(lease_acquire(link, &language, 128, 1000, "test", -1, &lease, &err), -1);
        assert_string_not_equal(err.text, "");
        assert_int_equal(lease.fd, -1);
        broker_link_free(link);
        waitpid(pid, NULL, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(yes_no_and_nonsense),
                cmocka_unit_test(an_answer_that_there_is_not),
        };
        return cmocka_run_group_tests_name("lease", tests, make_folder, remove_folder);
}
