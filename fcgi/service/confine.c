/* A default-deny list of system calls, for the process that parses what strangers send. */
#include "fcgi/service/confine.h"
#include "fcgi/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a worker and the libraries in it use after their start, seen under strace; and what libc uses for the
 * same on other versions and architectures. */
static const int allowed[] = {
        /* the request, the broker, the sandbox's stream, the log */
        SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(recvfrom),
        SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(accept), SCMP_SYS(accept4),
        SCMP_SYS(connect), SCMP_SYS(shutdown), SCMP_SYS(close), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
        SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(fstat), SCMP_SYS(lseek),
        /* waiting */
        SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait),
        SCMP_SYS(epoll_pwait), SCMP_SYS(futex), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep),
        SCMP_SYS(restart_syscall),
        /* memory; mmap and mprotect below */
        SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
        /* time, random numbers, who am I, how much memory there is (qsort asks) */
        SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom),
        SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getppid), SCMP_SYS(sysinfo),
        /* signals to itself, and the end */
        SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigreturn),
        SCMP_SYS(sigaltstack), SCMP_SYS(exit), SCMP_SYS(exit_group)};

/* Allow a call when its argument, without the bits outside of mask, is value. */
static int allow_if(
        scmp_filter_ctx filter, int call, unsigned argument, scmp_datum_t mask, scmp_datum_t value)
{
        struct scmp_arg_cmp test = {
                .arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
        return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &test);
}

/* A descriptor's flags. Not F_SETOWN, F_SETSIG and O_ASYNC, by which the kernel sends any process of the same
 * user any signal when the descriptor can be read (fcntl(2)). */
static int allow_flags(scmp_filter_ctx filter)
{
        static const int commands[] = {F_GETFD, F_SETFD, F_GETFL};
        struct scmp_arg_cmp set_flags[] = {
                {.arg = 1, .op = SCMP_CMP_MASKED_EQ, .datum_a = UINT32_MAX, .datum_b = F_SETFL},
                {.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = O_ASYNC, .datum_b = 0}};
        int rc = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 2, set_flags);
        for (size_t i = 0; rc == 0 && i < sizeof commands / sizeof *commands; i++)
                rc = allow_if(filter, SCMP_SYS(fcntl), 1, UINT32_MAX, (scmp_datum_t)commands[i]);
        return rc;
}

/* Calls that are allowed with some arguments alone: a descriptor's flags, UNIX sockets, memory that is not
 * executable, a signal to itself (abort(3)). An int's upper half is not the kernel's to look at. */
static int allow_some(scmp_filter_ctx filter)
{
        int rc = allow_flags(filter);
        if (rc == 0)
                rc = allow_if(filter, SCMP_SYS(socket), 0, UINT32_MAX, AF_UNIX);
        if (rc == 0)
                rc = allow_if(filter, SCMP_SYS(mmap), 2, PROT_EXEC, 0);
        if (rc == 0)
                rc = allow_if(filter, SCMP_SYS(mprotect), 2, PROT_EXEC, 0);
        return rc ? rc : allow_if(filter, SCMP_SYS(tgkill), 0, UINT32_MAX, (scmp_datum_t)getpid());
}

#ifdef SANDPOOL_UNCONFINED
/* A build for a sanitizer or valgrind, which make calls of their own. */
int confine_worker(struct error *err)
{
        (void)err;
        (void)allowed;
        (void)allow_some;
        log_warning("worker.unconfined", LOG_S("why", "a build for tests"));
        return 0;
}
#else
int confine_worker(struct error *err)
{
        scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
        /* 2: the filter is a binary tree, because every call pays for it. */
        int rc = filter ? seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) : -ENOMEM;
        for (size_t i = 0; rc == 0 && i < sizeof allowed / sizeof *allowed; i++)
                rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
        if (rc == 0)
                rc = allow_some(filter);
        if (rc == 0)
                rc = seccomp_load(filter);
        seccomp_release(filter);
        return rc ? error_set(err, "the worker's system calls cannot be confined: %s", strerror(-rc)) : 0;
}
#endif
