/* What one program leaves behind, the next one in the same sandbox does not see; and nobody sees the host. */
#include "tests/integration/fixture.h"
#include "tests/integration/service_ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ATTEMPTS 5

/* One sandbox alone, so that every run has the same one. */
static int start(void **state)
{
        struct service_options options = {
                .pool_max = 1, .queue_timeout_s = 60, .warm = {{"python", 1}, {"javascript", 0}, {"cpp", 0}}};
        (void)state;
        return fixture_start(&options);
}

/* Run python code that must succeed; its output must be expected (NULL: any). Returns the sandbox in sandbox.
 */
static void run_in(const char *code, const char *more, const char *expected, char sandbox[16])
{
        json_t *answer = fixture_run("python", code, more);
        assert_non_null(answer);
        if (strcmp(fixture_text(answer, "status"), "success"))
                fail_msg("status %s: %s", fixture_text(answer, "status"), fixture_text(answer, "stderr"));
        if (expected)
                assert_string_equal(fixture_text(answer, "output"), expected);
        assert_int_equal(fixture_log_field(fixture_text(answer, "requestId"), "sandbox", sandbox, 16), 0);
        json_decref(answer);
}

/* The two run one after the other, and again until both had the same sandbox: it is replaced where the
 * machine let it take too long to become clean. */
static void run_both(const char *first, const char *first_more, const char *first_says, const char *second,
        const char *second_says)
{
        char before[16], after[16] = "";
        for (int i = 0; i < ATTEMPTS && (!i || strcmp(before, after)); i++) {
                run_in(first, first_more, first_says, before);
                run_in(second, NULL, second_says, after);
        }
        assert_string_equal(before, after);
}

static void files_are_gone(void **state)
{
        (void)state;
        run_both("import os\n"
                 "for place in ('/workspace', '/tmp', '/dev/shm'):\n"
                 "    os.makedirs(place + '/a/b/c')\n"
                 "    open(place + '/a/file', 'w').write('secret')\n"
                 "    open(place + '/.hidden', 'w').write('secret')\n"
                 "    os.symlink('/etc/passwd', place + '/link')\n"
                 "    os.mkfifo(place + '/a/b/fifo')\n"
                 "    os.chmod(place + '/a/b/c', 0)\n"
                 "    os.chmod(place + '/a', 0)\n",
                NULL, "",
                "import os\n"
                "print([os.listdir(p) for p in ('/workspace', '/tmp', '/dev/shm', '/dev/mqueue')])\n",
                "[['main.py'], [], [], []]\n");
}

#define COUNT_PROCESSES                                                                                      \
        "import os\n"                                                                                        \
        "print(sorted(int(p) for p in os.listdir('/proc') if p.isdigit()) == [1, os.getpid()])\n"

static void background_processes_are_gone(void **state)
{
        (void)state;
        run_both("import os, signal, time\n"
                 "if os.fork() == 0:\n"
                 "    os.setsid()\n"
                 "    if os.fork() == 0:\n"
                 "        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:\n"
                 "            try:\n"
                 "                signal.signal(number, signal.SIG_IGN)\n"
                 "            except OSError:\n"
                 "                pass\n"
                 "        while True:\n"
                 "            os.write(1, b'still here\\n')\n"
                 "            time.sleep(0.001)\n"
                 "    os._exit(0)\n"
                 "os.wait()\n",
                NULL, NULL, COUNT_PROCESSES, "True\n");
}

static void listening_sockets_are_gone(void **state)
{
        (void)state;
        run_both("import os, socket, time\n"
                 "listening = socket.socket()\n"
                 "listening.bind(('127.0.0.1', 5555))\n"
                 "listening.listen()\n"
                 "peer = socket.create_connection(('127.0.0.1', 5555))\n"
                 "accepted = listening.accept()[0]\n"
                 "accepted.close()\n"
                 "hidden = socket.socket(socket.AF_UNIX)\n"
                 "hidden.bind('\\0hidden')\n"
                 "hidden.listen()\n"
                 "if os.fork() == 0:\n"
                 "    time.sleep(100)\n",
                NULL, "",
                "import socket\n"
                "try:\n"
                "    socket.create_connection(('127.0.0.1', 5555), 1)\n"
                "except ConnectionRefusedError:\n"
                "    print('nobody')\n"
                "mine = socket.socket()\n"
                "mine.bind(('127.0.0.1', 5555))\n"
                "print(len(open('/proc/net/unix').readlines()), len(open('/proc/net/tcp').readlines()))\n",
                "nobody\n1 1\n");
}

static void ipc_objects_are_gone(void **state)
{
        (void)state;
        run_both("import ctypes, os\n"
                 "libc = ctypes.CDLL(None, use_errno=True)\n"
                 "made = [libc.shmget(1234, 4096, 0o1666), libc.semget(1234, 1, 0o1666), libc.msgget(1234, "
                 "0o1666)]\n"
                 "made.append(libc.mq_open(b'/queue', os.O_CREAT | os.O_RDWR, 0o666, None))\n"
                 "shared = os.open('/dev/shm/object', os.O_CREAT | os.O_RDWR)\n"
                 "print(min(made) >= 0)\n",
                NULL, "True\n",
                "import os\n"
                "print([len(open('/proc/sysvipc/' + kind).readlines()) for kind in ('shm', 'sem', 'msg')],\n"
                "      os.listdir('/dev/mqueue'), os.listdir('/dev/shm'))\n",
                "[1, 1, 1] [] []\n");
}

/* What the first did not read is not the second's input. */
static void unread_input_is_gone(void **state)
{
        char more[512] = "\"stdin\": \"";
        (void)state;
        memset(more + strlen(more), 'x', 400);
        strcat(more, "\"");
        run_both("print('no reader')", more, "no reader\n", "import sys\nprint(repr(sys.stdin.read()))",
                "''\n");
}

static void disk_filled_is_disk_empty_again(void **state)
{
        (void)state;
        run_both("import os\n"
                 "total = 0\n"
                 "for place in ('/workspace', '/tmp', '/dev/shm'):\n"
                 "    try:\n"
                 "        for n in range(10):\n"
                 "            with open(f'{place}/{n}', 'wb') as file:\n"
                 "                for _ in range(15):\n"
                 "                    total += file.write(b'x' * (1 << 20))\n"
                 "    except OSError as problem:\n"
                 "        print(problem.strerror)\n",
                "\"memoryLimit\": 256",
                "No space left on device\nNo space left on device\nNo space left on device\n",
                "print(open('/workspace/new', 'wb').write(b'x' * (10 << 20)))\n", "10485760\n");
}

/* A timeout's sandbox is used again, too. */
static void after_a_timeout(void **state)
{
        char sandbox[16];
        (void)state;
        json_t *answer = fixture_run(
                "python", "import os\nos.fork()\nos.fork()\nwhile True: pass", "\"timeout\": 0.3");
        assert_non_null(answer);
        assert_string_equal(fixture_text(answer, "status"), "timeout");
        json_decref(answer);
        run_in(COUNT_PROCESSES, NULL, "True\n", sandbox);
}

static void after_a_fork_bomb(void **state)
{
        char sandbox[16];
        (void)state;
        json_t *answer = fixture_run("python",
                "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n",
                "\"timeout\": 1");
        assert_non_null(answer);
        assert_string_equal(fixture_text(answer, "status"), "timeout");
        json_decref(answer);
        run_in(COUNT_PROCESSES, NULL, "True\n", sandbox);
}

/* Our own nginx listens on the host's loopback, and an abstract socket on the host: both out of reach. */
static void the_host_is_out_of_reach(void **state)
{
        char sandbox[16], code[1024];
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        (void)state;
        int length = snprintf(
                address.sun_path + 1, sizeof address.sun_path - 1, "sandpool-test-%d", (int)getpid());
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(fd, (struct sockaddr *)&address,
                                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)),
                0);
        assert_int_equal(listen(fd, 1), 0);
        snprintf(code, sizeof code,
                "import socket\n"
                "for family, address in ((socket.AF_INET, ('127.0.0.1', %d)), (socket.AF_UNIX, '\\0%s'),\n"
                "                        (socket.AF_UNIX, '/var/run/docker.sock'), (socket.AF_UNIX, "
                "'%s/broker.sock')):\n"
                "    try:\n"
                "        socket.socket(family).connect(address)\n"
                "        print('reached', address)\n"
                "    except OSError as problem:\n"
                "        print(type(problem).__name__)\n",

                fixture.port, address.sun_path + 1, fixture.run_dir);
        run_in(code, NULL,
                "ConnectionRefusedError\nConnectionRefusedError\nFileNotFoundError\nFileNotFoundError\n",
                sandbox);
        close(fd);
}

/* Whatever happened above: still one sandbox, and it is idle or becomes so. */
static bool one_idle(void *context)
{
        (void)context;
        return service_sandboxes(&fixture, "idle", NULL) == 1 &&
               service_sandboxes(&fixture, "leased", NULL) == 0;
}

static void the_sandbox_is_idle_again(void **state)
{
        (void)state;
        assert_true(service_until(one_idle, NULL, 60000));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(files_are_gone),
                cmocka_unit_test(background_processes_are_gone),
                cmocka_unit_test(listening_sockets_are_gone),
                cmocka_unit_test(ipc_objects_are_gone),
                cmocka_unit_test(unread_input_is_gone),
                cmocka_unit_test(disk_filled_is_disk_empty_again),
                cmocka_unit_test(after_a_timeout),
                cmocka_unit_test(after_a_fork_bomb),
                cmocka_unit_test(the_host_is_out_of_reach),
                cmocka_unit_test(the_sandbox_is_idle_again),
        };
        return cmocka_run_group_tests(tests, start, fixture_stop);
}
