/* Tries to hang access control lists on a file, a folder and a memfd: the kernel's memory for them is not
 * counted, and each may have 64 KiB. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* What acl(5) calls a minimal one, and two entries that make the kernel keep it (linux/posix_acl_xattr.h). */
static const struct {
        uint32_t version;
        struct {
                uint16_t tag, permissions;
                uint32_t id;
        } entries[5];
} acl = {2, {{0x01, 7, UINT32_MAX}, {0x02, 7, 12345}, {0x04, 7, UINT32_MAX}, {0x10, 7, UINT32_MAX},
                    {0x20, 7, UINT32_MAX}}};

int main(void)
{
        int file = open("/tmp/file", O_CREAT | O_RDWR | O_CLOEXEC, 0600),
            memory = memfd_create("file", MFD_CLOEXEC);
        int made = 0;
        if (file < 0 || memory < 0 || mkdir("/dev/shm/folder", 0700)) {
                perror("");
                return 1;
        }
        made += !setxattr("/tmp/file", "system.posix_acl_access", &acl, sizeof acl, 0);
        made += !setxattr("/dev/shm/folder", "system.posix_acl_default", &acl, sizeof acl, 0);
        made += !fsetxattr(memory, "system.posix_acl_access", &acl, sizeof acl, 0);
        printf("%d %s\n", made, strerror(errno));
        return 0;
}
