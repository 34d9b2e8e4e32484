/* The runner's verbs. */
#include "images/runner/fault.h"
#include "images/runner/identity.h"
#include "images/runner/once.h"
#include "images/runner/probe.h"
#include "images/runner/protocol.h"
#include "images/runner/serve.h"
#include "images/runner/start.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define UID_BASE_MIN 65536 /* below may be users of the host */

static const char usage[] = "usage: runner --serve [--uid-base=N] | --once | --probe | --version\n";

/* What both modes need before they start anything. */
static void prepare(void)
{
        sigset_t set;
        start_reserve_fds();
        umask(0); /* the modes of a job's files are meant as they are written */
        signal(SIGPIPE, SIG_IGN);
        /* SIGCHLD for ending only; children that are stopped and continued need no attention. */
        struct sigaction action = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP};
        sigaction(SIGCHLD, &action, NULL);
        sigemptyset(&set);
        sigaddset(&set, SIGCHLD);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        sigprocmask(SIG_BLOCK, &set, NULL);
        if (prctl(PR_SET_DUMPABLE, 0))
                fault_errno("prctl");
        /* Terminals are counted for the whole host. A runtime may have none. */
        chmod("/dev/pts/ptmx", 0);
}

static int parse_base(const char *text, uid_t *base)
{
        char *end;
        errno = 0;
        unsigned long long number = strtoull(text, &end, 10);
        if (errno || *end || *text < '0' || *text > '9' || number < UID_BASE_MIN ||
                number + IDENTITY_RANGE > UINT32_MAX)
                return -1;
        *base = (uid_t)number;
        return 0;
}

int main(int argc, char **argv)
{
        static const char base_option[] = "--uid-base=";
        uid_t base = IDENTITY_DEFAULT_BASE;
        const char *verb = argc > 1 ? argv[1] : "";
        bool with_base = argc == 3 && !strncmp(argv[2], base_option, sizeof base_option - 1);
        if (argc == 2 && !strcmp(verb, "--version")) {
                printf("sandpool runner, protocol %d\n", PROTOCOL_VERSION);
                return 0;
        }
        if (argc == 2 && !strcmp(verb, "--probe"))
                return probe_run();
        if ((with_base && parse_base(argv[2] + sizeof base_option - 1, &base)) || (argc != 2 && !with_base)) {
                fputs(usage, stderr);
                return 2;
        }
        if (getpid() != 1 && (!strcmp(verb, "--serve") || !strcmp(verb, "--once")))
                fault_exit("it must be PID 1 of a container: it ends every process that it sees");
        identity_begin(base);
        if (!strcmp(verb, "--serve")) {
                prepare();
                return serve_run();
        }
        if (!strcmp(verb, "--once")) {
                prepare();
                return once_run();
        }
        fputs(usage, stderr);
        return 2;
}
