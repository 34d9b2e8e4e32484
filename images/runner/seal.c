/* Takes write permission from the product of a compile step. */
#include "images/runner/seal.h"

#include "images/runner/fault.h"
#include "images/runner/identity.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEAL_DEPTH 16

/* Change the mode of one entry that the owner has. Returns 1 for a directory that is to be entered. */
static int seal_entry(int parent, const char *name, uid_t owner, int depth)
{
        struct stat stat;
        if (fstatat(parent, name, &stat, AT_SYMLINK_NOFOLLOW))
                fault_errno("looking at what compiling made");
        if (S_ISLNK(stat.st_mode) || stat.st_uid != owner)
                return 0;
        mode_t mode = stat.st_mode & 0755;
        if (S_ISDIR(stat.st_mode))
                mode = depth == SEAL_DEPTH ? 0700 : mode | 0700;
        if (fchmodat(parent, name, mode, 0))
                fault_errno("sealing what compiling made");
        return S_ISDIR(stat.st_mode) && depth < SEAL_DEPTH;
}

static DIR *enter(int parent, const char *name)
{
        int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        DIR *directory = fd < 0 ? NULL : fdopendir(fd);
        if (!directory)
                fault_errno("entering %s", name);
        return directory;
}

/* Changing modes does not disturb reading, so that a stack of open directories suffices. */
void seal_tree(const char *path, uid_t owner)
{
        DIR *stack[SEAL_DEPTH + 1];
        int depth = 0;
        identity_assume(owner);
        stack[0] = enter(AT_FDCWD, path);
        while (depth >= 0) {
                errno = 0;
                struct dirent *entry = readdir(stack[depth]);
                if (!entry) {
                        if (errno)
                                fault_errno("reading what compiling made");
                        closedir(stack[depth--]);
                } else if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) {
                        if (seal_entry(dirfd(stack[depth]), entry->d_name, owner, depth)) {
                                DIR *inner = enter(dirfd(stack[depth]), entry->d_name);
                                stack[++depth] = inner;
                        }
                }
        }
        identity_assume(0);
}
