/* A worker that somebody has taken over: what it tries after it was confined, each in a process of its own.
 */
#include "fcgi/service/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* 0 when the attempt worked, else errno; 255 when the process could not be confined. */
static int confined(int (*attempt)(void))
{
        int status;
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                struct error err = {0};
                if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || confine_worker(&err))
                        _exit(255);
                _exit(attempt() < 0 ? errno : 0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        return WEXITSTATUS(status);
}

static int try_exec(void)
{
        return execl("/bin/true", "true", NULL);
}

static int try_exec_of_a_descriptor(void)
{
        return (int)syscall(SYS_execveat, 0, "", (char *[]){NULL}, (char *[]){NULL}, 0x1000);
}

static int try_passwords(void)
{
        return open("/etc/shadow", O_RDONLY);
}

static int try_any_file(void)
{
        return open("/dev/null", O_RDONLY);
}

static int try_openat2(void)
{
        return (int)syscall(SYS_openat2, AT_FDCWD, "/dev/null", (uint64_t[3]){0}, 24);
}

static int try_new_file(void)
{
        return open("/tmp/confined", O_WRONLY | O_CREAT, 0600);
}

static int try_unlink(void)
{
        return unlink("/tmp/confined");
}

static int try_fork(void)
{
        return fork();
}

static int try_internet(void)
{
        return socket(AF_INET, SOCK_STREAM, 0);
}

static int try_packets(void)
{
        return socket(AF_PACKET, SOCK_RAW, 0);
}

static int try_kill(void)
{
        return kill(getppid(), SIGCONT);
}

static int try_owner_of_a_descriptor(void)
{
        return fcntl(STDIN_FILENO, F_SETOWN, getppid());
}

static int try_signal_of_a_descriptor(void)
{
        return fcntl(STDIN_FILENO, F_SETSIG, SIGKILL);
}

static int try_signals_from_a_descriptor(void)
{
        return fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK | O_ASYNC);
}

static int try_trace(void)
{
        return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int try_read_parent(void)
{
        char byte;
        struct iovec local = {&byte, 1}, remote = {&byte, 1};
        return (int)process_vm_readv(getppid(), &local, 1, &remote, 1, 0);
}

static int try_executable_memory(void)
{
        return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1
                                                                                                         : 0;
}

static int try_make_executable(void)
{
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int try_io_uring(void)
{
        return (int)syscall(SYS_io_uring_setup, 1, (char[120]){0});
}

static int try_namespaces(void)
{
        return (int)syscall(SYS_unshare, 0x10000000);
}

static void what_a_worker_must_not(void **state)
{
#ifdef SANDPOOL_UNCONFINED
        skip();
#endif
        static int (*const attempts[])(void) = {try_exec, try_exec_of_a_descriptor, try_passwords,
                try_any_file, try_openat2, try_new_file, try_unlink, try_fork, try_internet, try_packets,
                try_kill, try_owner_of_a_descriptor, try_signal_of_a_descriptor,
                try_signals_from_a_descriptor, try_trace, try_read_parent, try_executable_memory,
                try_make_executable, try_io_uring, try_namespaces};
        (void)state;
        for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++)
                assert_int_equal(confined(attempts[i]), EPERM);
}

/* Bytes through descriptors it has, a connection to a UNIX socket, memory large and small. */
static int work(void)
{
        int pair[2], fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        char *small = malloc(100), *large = malloc(8 << 20),
             *larger = large ? realloc(large, 32 << 20) : NULL;
        if (fd < 0 || !small || !larger)
                return -1;
        memset(larger, 1, 32 << 20);
        free(small);
        free(larger);
        if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) || fcntl(fd, F_SETFD, FD_CLOEXEC))
                return -1;
        close(fd);
        /* Made before in earnest; here only what the filter says of it counts. */
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 || errno != EPERM)
                return -1;
        return (int)write(STDOUT_FILENO, "", 0);
}

static void what_a_worker_must(void **state)
{
#ifdef SANDPOOL_UNCONFINED
        skip();
#endif
        (void)state;
        assert_int_equal(confined(work), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_a_worker_must_not),
                cmocka_unit_test(what_a_worker_must),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
