/* A signalfd for SIGCHLD, SIGTERM and SIGINT. */
#include "images/runner/signals.h"

#include "images/runner/fault.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

int signals_open(void)
{
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGCHLD);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        if (fd < 0)
                fault_errno("signalfd");
        return fd;
}

void signals_take(int fd)
{
        struct signalfd_siginfo info;
        while (read(fd, &info, sizeof info) == sizeof info)
                if (info.ssi_signo != SIGCHLD)
                        _exit(128 + (int)info.ssi_signo);
}
