/* Lists and removes System V IPC objects. */
#include "images/runner/ipc.h"

#include "images/runner/identity.h"
#include "images/runner/lines.h"
#include "images/runner/ticks.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

static int remove_shm(int id)
{
        return shmctl(id, IPC_RMID, NULL);
}

static int remove_sem(int id)
{
        return semctl(id, 0, IPC_RMID);
}

static int remove_msg(int id)
{
        return msgctl(id, IPC_RMID, NULL);
}

/* The creator's uid is the one that a program cannot change (IPC_SET can the owner's). Columns from zero:
 * ipc/shm.c, sem.c and msg.c of Linux; all of them are numbers. */
static const struct kind {
        const char *path;
        size_t id, creator;
        int (*remove)(int id);
} kinds[] = {
        {"/proc/sysvipc/shm", 1, 9, remove_shm},
        {"/proc/sysvipc/sem", 1, 6, remove_sem},
        {"/proc/sysvipc/msg", 1, 9, remove_msg},
};

#define KINDS (sizeof kinds / sizeof *kinds)

static int remove_listed(const struct kind *kind, char *line)
{
        char *field[16];
        if (lines_split(line, field, 16) <= kind->creator)
                return -1;
        identity_assume((uid_t)strtoul(field[kind->creator], NULL, 10));
        return kind->remove(atoi(field[kind->id]));
}

/* One pass over a list. Returns how many were removed, or -1. */
static int remove_once(const struct kind *kind, int64_t deadline)
{
        struct lines lines;
        int count = 0;
        identity_assume(0);
        if (lines_open(&lines, kind->path))
                return errno == ENOENT ? 0 : -1;
        lines_next(&lines); /* the heading */
        for (char *line; count >= 0 && (line = lines_next(&lines)); count++) {
                if (ticks_us() <= deadline && !remove_listed(kind, line))
                        continue;
                if (ticks_us() > deadline)
                        errno = ETIME;
                count = -2;
        }
        int reason = errno;
        lines_close(&lines);
        identity_assume(0);
        errno = reason;
        return count < 0 ? -1 : count;
}

/* Passes are repeated until one finds nothing: the list changes while it is read. */
int ipc_remove_all(int64_t deadline)
{
        for (size_t i = 0; i < KINDS; i++) {
                int count;
                while ((count = remove_once(&kinds[i], deadline)) > 0)
                        ;
                if (count < 0)
                        return -1;
        }
        return 0;
}

static bool list_is_empty(const char *path)
{
        struct lines lines;
        if (lines_open(&lines, path))
                return errno == ENOENT;
        bool empty = lines_next(&lines) && !lines_next(&lines);
        lines_close(&lines);
        return empty;
}

bool ipc_is_empty(void)
{
        for (size_t i = 0; i < KINDS; i++)
                if (!list_is_empty(kinds[i].path))
                        return false;
        return true;
}
