/* Tries to trace, signal, read or change PID 1, to reach through /proc/1, and to become somebody else. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int reached;

static void expect_refused(const char *what, long result)
{
        if (result < 0)
                return;
        printf("%s\n", what);
        reached++;
}

static void files_of_runner(void)
{
        static const char *const files[] = {"/proc/1/mem", "/proc/1/environ", "/proc/1/maps", "/proc/1/fd/0",
                "/proc/1/fd/1", "/proc/1/root/etc", "/proc/1/cwd/.", "/proc/1/exe", "/proc/1/stack",
                "/proc/1/syscall", "/proc/1/pagemap", "/proc/1/map_files", "/proc/1/auxv", "/proc/1/io",
                "/proc/1/fdinfo/0"};
        static const char *const writable[] = {"/proc/1/oom_score_adj", "/proc/1/clear_refs",
                "/proc/1/coredump_filter", "/proc/1/comm", "/proc/sys/kernel/core_pattern",
                "/proc/sysrq-trigger", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/cgroup.procs", "/sandpool/runner",
                "/workspace/../sandpool/x", "/x"};
        for (size_t i = 0; i < sizeof files / sizeof *files; i++)
                expect_refused(files[i], open(files[i], O_RDONLY));
        for (size_t i = 0; i < sizeof writable / sizeof *writable; i++)
                expect_refused(writable[i], open(writable[i], O_WRONLY | O_CREAT, 0600));
}

static void calls_on_runner(void)
{
        char bytes[64];
        struct iovec here = {bytes, sizeof bytes}, there = {(void *)0x400000, sizeof bytes};
        struct rlimit limit = {1, 1};
        expect_refused("ptrace attach", ptrace(PTRACE_ATTACH, 1, 0, 0));
        expect_refused("ptrace seize", ptrace(PTRACE_SEIZE, 1, 0, 0));
        expect_refused("process_vm_readv", process_vm_readv(1, &here, 1, &there, 1, 0));
        expect_refused("process_vm_writev", process_vm_writev(1, &here, 1, &there, 1, 0));
        expect_refused("prlimit", prlimit(1, RLIMIT_NOFILE, &limit, NULL));
        expect_refused("setpriority", setpriority(PRIO_PROCESS, 1, 19));
        expect_refused("pidfd_getfd", syscall(SYS_pidfd_getfd, syscall(SYS_pidfd_open, 1, 0), 0, 0));
        for (int number = 1; number < 65; number++)
                expect_refused("kill", kill(1, number));
        expect_refused("tgkill", syscall(SYS_tgkill, 1, 1, SIGKILL));
        expect_refused("sigqueue", sigqueue(1, SIGUSR1, (union sigval){0}));
        expect_refused("kcmp", syscall(SYS_kcmp, 1, getpid(), 0, 0, 0));
}

static void become_root(void)
{
        gid_t groups[] = {0};
        expect_refused("setuid", setuid(0));
        expect_refused("setgid", setgid(0));
        expect_refused("setresuid", setresuid(-1, 0, -1));
        expect_refused("setgroups", setgroups(1, groups));
        expect_refused("mount", mount("none", "/tmp", "tmpfs", 0, ""));
        expect_refused("chroot", chroot("/workspace"));
        expect_refused("nice", setpriority(PRIO_PROCESS, 0, 0));
        if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || getgroups(0, NULL) || getuid() < 65536 ||
                getgid() != getuid() || geteuid() != getuid())
                expect_refused("identity", 0);
}

int main(void)
{
        files_of_runner();
        calls_on_runner();
        become_root();
        printf("reached %d\n", reached);
        return 0;
}
