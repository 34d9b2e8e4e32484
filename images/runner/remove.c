/* Removes directory trees, however deep, whatever their modes.
 *
 * The runner may override no permission, so each directory is opened up by acting as its owner. A tree is not
 * descended into: the directories found in a directory are moved up to the top, under names nobody could have
 * guessed, and wait there for their turn. So depth costs nothing, and no path grows long. */
#include "images/runner/remove.h"

#include "images/runner/identity.h"
#include "images/runner/ticks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

struct removal {
        int top;
        uint64_t secret;     /* in the names of moved directories */
        unsigned made, done; /* of them */
        int64_t deadline;
};

static void moved_name(const struct removal *removal, unsigned number, char name[40])
{
        snprintf(name, 40, ".%016llx.%u", (unsigned long long)removal->secret, number);
}

/* Close without touching errno: it says why the caller fails. */
static void close_directory(DIR *directory)
{
        int reason = errno;
        closedir(directory);
        errno = reason;
}

static struct dirent *next_entry(DIR *directory)
{
        struct dirent *entry;
        do {
                errno = 0;
                entry = readdir(directory);
        } while (entry && (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")));
        return entry;
}

/* Move a directory that lies in from up to the top. Moving one needs write permission on it, not only on its
 * parent. */
static int move_up(struct removal *removal, int from, const char *name, uid_t parent_owner)
{
        struct stat stat;
        char moved[40];
        if (fstatat(from, name, &stat, AT_SYMLINK_NOFOLLOW))
                return -1;
        identity_assume(stat.st_uid);
        if (fchmodat(from, name, 0777, 0))
                return -1;
        identity_assume(parent_owner);
        moved_name(removal, removal->made++, moved);
        return renameat2(from, name, removal->top, moved, RENAME_NOREPLACE);
}

/* One pass over a directory. Returns how many entries there were, or -1. */
static int empty_once(struct removal *removal, DIR *directory, uid_t owner)
{
        struct dirent *entry;
        int count = 0;
        while ((entry = next_entry(directory))) {
                count++;
                if (ticks_us() > removal->deadline) {
                        errno = ETIME;
                        return -1;
                }
                identity_assume(owner);
                if (!unlinkat(dirfd(directory), entry->d_name, 0))
                        continue;
                if (errno != EISDIR || move_up(removal, dirfd(directory), entry->d_name, owner))
                        return -1;
        }
        return errno ? -1 : count;
}

/* Remove a directory that lies in the top. Passes are repeated until one finds nothing, because removing
 * while reading may skip entries. */
static int remove_directory(struct removal *removal, const char *name, uid_t owner)
{
        identity_assume(owner);
        if (fchmodat(removal->top, name, 0777, 0))
                return -1;
        int fd = openat(removal->top, name, OPEN_DIRECTORY);
        DIR *directory = fd < 0 ? NULL : fdopendir(fd);
        if (!directory)
                return -1;
        int count;
        while ((count = empty_once(removal, directory, owner)) > 0)
                rewinddir(directory);
        close_directory(directory);
        identity_assume(0);
        return count < 0 ? -1 : unlinkat(removal->top, name, AT_REMOVEDIR);
}

static int remove_entry(struct removal *removal, const char *name, const struct stat *stat)
{
        identity_assume(0);
        if (!S_ISDIR(stat->st_mode))
                return unlinkat(removal->top, name, 0);
        if (remove_directory(removal, name, stat->st_uid))
                return -1;
        while (removal->done < removal->made) {
                char moved[40];
                struct stat inner;
                moved_name(removal, removal->done++, moved);
                if (fstatat(removal->top, moved, &inner, AT_SYMLINK_NOFOLLOW) ||
                        remove_directory(removal, moved, inner.st_uid))
                        return -1;
        }
        return 0;
}

static int wanted(uid_t uid, const uid_t *uids, size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (uids[i] == uid)
                        return 1;
        return !count;
}

/* One pass over the top. Returns how many entries were removed, or -1. */
static int top_once(struct removal *removal, DIR *directory, const uid_t *uids, size_t count)
{
        struct dirent *entry;
        int removed = 0;
        while ((entry = next_entry(directory))) {
                struct stat stat;
                if (ticks_us() > removal->deadline) {
                        errno = ETIME;
                        return -1;
                }
                identity_assume(0);
                /* Not there: it was moved up and removed since the names were read. */
                if (fstatat(removal->top, entry->d_name, &stat, AT_SYMLINK_NOFOLLOW)) {
                        if (errno == ENOENT)
                                continue;
                        return -1;
                }
                if (!wanted(stat.st_uid, uids, count))
                        continue;
                if (remove_entry(removal, entry->d_name, &stat))
                        return -1;
                removed++;
        }
        return errno ? -1 : removed;
}

int remove_contents(const char *path, const uid_t *uids, size_t count, int64_t deadline)
{
        struct removal removal = {.deadline = deadline};
        int rc = -1;
        identity_assume(0);
        removal.top = open(path, OPEN_DIRECTORY);
        if (removal.top < 0)
                return errno == ENOENT ? 0 : -1;
        DIR *directory = fdopendir(removal.top);
        if (!directory) {
                close(removal.top);
                return -1;
        }
        if (getrandom(&removal.secret, sizeof removal.secret, 0) != sizeof removal.secret)
                goto out;
        int removed;
        while ((removed = top_once(&removal, directory, uids, count)) > 0)
                rewinddir(directory);
        rc = removed;
out:
        close_directory(directory);
        identity_assume(0);
        return rc;
}
