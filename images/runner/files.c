/* Creates a job's files. */
#include "images/runner/files.h"

#include "images/runner/identity.h"
#include "images/runner/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool component_valid(const char *name, size_t length)
{
        return length && !(length == 1 && name[0] == '.') && !(length == 2 && !memcmp(name, "..", 2));
}

bool files_name_valid(const char *name, size_t length)
{
        if (!length || length > PROTOCOL_PATH_MAX)
                return false;
        for (size_t i = 0; i < length; i++)
                if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
                        return false;
        for (size_t begin = 0, at = 0; at <= length; at++)
                if (at == length || name[at] == '/') {
                        if (!component_valid(name + begin, at - begin))
                                return false;
                        begin = at + 1;
                }
        return true;
}

/* Open the directory called name in parent, after making it if it is missing; parent is closed. */
static int step_into(int parent, const char *name)
{
        int fd = -1;
        if (!mkdirat(parent, name, 0755) || errno == EEXIST)
                fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int reason = errno;
        close(parent);
        errno = reason;
        return fd;
}

int files_make_private(const char *path, uid_t uid)
{
        identity_assume(uid);
        int rc = mkdir(path, 0700);
        int reason = errno;
        identity_assume(0);
        errno = reason;
        return rc;
}

int files_create(const char *directory, const char *name, bool executable, uid_t uid)
{
        char path[PROTOCOL_PATH_MAX + 1];
        char *at = path, *slash;
        int file = -1;
        strncpy(path, name, sizeof path - 1);
        path[sizeof path - 1] = '\0';
        identity_assume(uid);
        int parent = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        while (parent >= 0 && (slash = strchr(at, '/'))) {
                *slash = '\0';
                parent = step_into(parent, at);
                at = slash + 1;
        }
        if (parent >= 0) {
                int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
                file = openat(parent, at, flags, executable ? 0755 : 0644);
                int reason = errno;
                close(parent);
                errno = reason;
        }
        identity_assume(0);
        return file;
}
