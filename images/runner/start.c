/* Starts a process: from the runner's rights down to none.
 *
 * vfork(2): nothing is copied, and the runner learns of a failed exec from memory that both share; it stands
 * still until the exec. The child touches nothing but its stack and the result. */
#include "images/runner/start.h"

#include "images/runner/fault.h"
#include "images/runner/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STEP_NICE 19

struct outcome {
        const char *stage; /* what failed */
        int reason;        /* errno of it, 0: it runs */
};

static const char stage_exec[] = "exec";

void start_reserve_fds(void)
{
        int fd;
        while ((fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0 && fd < START_FD_FIRST_FREE)
                ;
        if (fd < 0)
                fault_errno("/dev/null");
        close(fd);
}

/* At most what Docker set: raising needs a capability that the runner does not have. Zero leaves it. */
static int limit(int resource, rlim_t value)
{
        struct rlimit now;
        if (getrlimit(resource, &now))
                return -1;
        if (value && value < now.rlim_max)
                now.rlim_max = value;
        now.rlim_cur = now.rlim_max;
        return setrlimit(resource, &now);
}

static int set_limits(const struct protocol_step *limits)
{
        return limit(RLIMIT_FSIZE, limits->file_bytes) || limit(RLIMIT_NOFILE, limits->open_files) ||
                               limit(RLIMIT_CORE, 1)
                       ? -1
                       : 0;
}

static int give_up_priority(void)
{
        static const char score[] = "1000";
        int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, score, sizeof score - 1) < 0)
                return -1;
        close(fd);
        return setpriority(PRIO_PROCESS, 0, STEP_NICE);
}

static int place_fds(const int fds[START_FDS])
{
        for (int i = 0; i < START_FDS; i++)
                if (fds[i] >= 0 && dup2(fds[i], i) < 0)
                        return -1;
        return 0;
}

/* What cannot be permitted again after exec, because of no_new_privs (capabilities(7)). */
static int keep_forking_rights(void)
{
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        const struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
                {.effective = RIGHTS_FORKING, .permitted = RIGHTS_FORKING}};
        return (int)syscall(SYS_capset, &header, data);
}

static int become_user(uid_t uid)
{
        return setresgid(uid, uid, uid) || setresuid(uid, uid, uid) ? -1 : 0;
}

/* From root with three capabilities to nobody with none, or root with two. The death signal is cleared by a
 * change of uid, so it comes after. */
static int drop_rights(uid_t uid)
{
        if (setgroups(0, NULL) || (uid ? become_user(uid) : keep_forking_rights()))
                return -1;
        return prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -1 : 0;
}

static void default_signals(void)
{
        sigset_t none;
        signal(SIGPIPE, SIG_DFL);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
}

static const char *find_path(char *const *env)
{
        for (; *env; env++)
                if (!strncmp(*env, "PATH=", 5))
                        return *env + 5;
        return NULL;
}

/* As execvpe(3), but by the program's own PATH and without turning to a shell. */
static void execute(const struct program *program)
{
        const char *name = program->argv[0], *path = find_path(program->env);
        if (strchr(name, '/')) {
                execve(name, program->argv, program->env);
                return;
        }
        int reason = ENOENT;
        while (path && *name) {
                char full[PATH_MAX];
                size_t length = strcspn(path, ":");
                if (length &&
                        snprintf(full, sizeof full, "%.*s/%s", (int)length, path, name) < (int)sizeof full) {
                        execve(full, program->argv, program->env);
                        if (errno != ENOENT && errno != ENOTDIR)
                                reason = errno;
                }
                path = path[length] ? path + length + 1 : NULL;
        }
        errno = reason;
}

static const char *become(
        const struct program *program, const struct protocol_step *limits, const int fds[START_FDS])
{
        setsid();
        umask(022);
        if (give_up_priority())
                return "priorities";
        if (set_limits(limits))
                return "limits";
        if (place_fds(fds))
                return "descriptors";
        /* Every descriptor of the runner closes at exec anyway; this is the second lock. */
        syscall(SYS_close_range, START_FDS, ~0U, 1U << 2 /* CLOSE_RANGE_CLOEXEC */);
        if (drop_rights(program->uid))
                return "dropping rights";
        /* As the program's own user: root without its capabilities may not enter a suite's place. */
        if (program->directory && chdir(program->directory))
                return program->directory;
        default_signals();
        execute(program);
        return stage_exec;
}

pid_t start_program(const struct program *program, const struct protocol_step *limits,
        const int fds[START_FDS], int *reason)
{
        volatile struct outcome outcome = {NULL, 0};
        sigset_t all, before;
        if (!program->args) {
                *reason = ENOENT;
                return -1;
        }
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, &before);
        pid_t pid = vfork();
        if (!pid) {
                outcome.stage = become(program, limits, fds);
                outcome.reason = errno;
                _exit(127);
        }
        int failed = errno;
        sigprocmask(SIG_SETMASK, &before, NULL);
        errno = pid < 0 ? failed : outcome.reason;
        if (pid < 0)
                fault_errno("vfork");
        if (outcome.stage && outcome.stage != stage_exec)
                fault_errno("starting: %s", outcome.stage);
        *reason = outcome.reason;
        return outcome.stage ? -1 : pid;
}
