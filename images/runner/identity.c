/* Hands out uids and switches the effective one. */
#include "images/runner/identity.h"

#include "images/runner/fault.h"

#include <unistd.h>

static uid_t next, end, current;

void identity_begin(uid_t base)
{
        next = base;
        end = base + IDENTITY_RANGE;
        current = 0;
}

uid_t identity_fresh(void)
{
        if (next == end)
                fault_exit("all uids of the sandbox are used up");
        return next++;
}

void identity_assume(uid_t uid)
{
        if (uid == current)
                return;
        /* Changing the gid needs root's capability, so root comes in between. */
        if (current && seteuid(0))
                fault_errno("seteuid 0");
        if (setegid(uid) || (uid && seteuid(uid)))
                fault_errno("acting as %u", (unsigned)uid);
        current = uid;
}
