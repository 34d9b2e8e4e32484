/* A job's files in the workspace. */
#ifndef RUNNER_FILES_H
#define RUNNER_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whether the length bytes are a name a job's file may have: relative, 1 to PROTOCOL_PATH_MAX bytes, no
 * empty, "." or ".." component, no control character (nor NUL). */
bool files_name_valid(const char *name, size_t length);

/* Make the directory path, which must not exist, for uid alone: mode 0700. 0/-1 (errno). */
int files_make_private(const char *path, uid_t uid);

/* Create the file (which must not exist) below directory, with missing parent directories, all owned by uid;
 * modes 0644, or 0755 when executable. Symbolic links are not followed. name is valid. Returns a descriptor
 * for writing, or -1 (errno). */
int files_create(const char *directory, const char *name, bool executable, uid_t uid);

#endif
