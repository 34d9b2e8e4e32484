/* Drops privileges. */
#include "fcgi/service/privilege.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int privilege_find(const char *user, struct identity *identity, struct error *err)
{
        *identity = (struct identity){.uid = geteuid(), .gid = getegid(), .extra = (gid_t)-1};
        if (geteuid() != 0)
                return 0;
        if (!*user)
                return error_set(
                        err, "started by root, users.worker and users.broker must name somebody else");
        errno = 0;
        const struct passwd *entry = getpwnam(user);
        if (!entry)
                return errno ? error_errno(err, "user %s", user)
                             : error_set(err, "there is no user %s", user);
        if (entry->pw_uid == 0)
                return error_set(err, "user %s is root", user);
        identity->uid = entry->pw_uid;
        identity->gid = entry->pw_gid;
        return 0;
}

int privilege_apart(const struct identity *worker, const struct identity *broker, struct error *err)
{
        if (geteuid() != 0 || worker->uid != broker->uid)
                return 0;
        return error_set(err, "users.worker and users.broker are one user: a worker could end the broker");
}

gid_t privilege_group(const char *group, struct error *err)
{
        if (!*group)
                return (gid_t)-1;
        const struct group *entry = getgrnam(group);
        if (!entry) {
                error_set(err, "there is no group %s", group);
                return (gid_t)-1;
        }
        return entry->gr_gid;
}

static int change_ids(const struct identity *identity, struct error *err)
{
        size_t extras = identity->extra == (gid_t)-1 ? 0 : 1;
        if (geteuid() != 0)
                return 0;
        if (setgroups(extras, &identity->extra) || setresgid(identity->gid, identity->gid, identity->gid) ||
                setresuid(identity->uid, identity->uid, identity->uid))
                return error_errno(err, "cannot become uid %d", (int)identity->uid);
        if (setuid(0) == 0)
                return error_set(err, "uid 0 can be had back");
        return 0;
}

/* 0 does not stop a core_pattern that pipes, 1 does. Where it is 0 already, only root can raise it. */
static int forbid_cores(struct error *err)
{
        struct rlimit one = {1, 1}, none = {0, 0};
        if (setrlimit(RLIMIT_CORE, &one) && (errno != EPERM || setrlimit(RLIMIT_CORE, &none)))
                return error_errno(err, "cannot forbid core dumps");
        return 0;
}

int privilege_bind(pid_t parent, int death_signal, struct error *err)
{
        if (forbid_cores(err))
                return -1;
        /* Changing ids clears the death signal: set it afterwards, then look whether the parent went in
         * between. */
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0))
                return error_errno(err, "cannot drop privileges");
        if (getppid() != parent)
                return error_set(err, "the parent process is gone");
        return 0;
}

int privilege_drop(const struct identity *identity, pid_t parent, int death_signal, struct error *err)
{
        if (forbid_cores(err) || change_ids(identity, err))
                return -1;
        return privilege_bind(parent, death_signal, err);
}
