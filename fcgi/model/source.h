/* Where the files of the configuration are read from: the disk, or a bundle of what was read from it before.
 *
 * The service must be set to what was checked, byte for byte, in every process: files change between two
 * reads, and the broker's user may not be able to read them at all. So the supervisor notes down what it
 * reads, and the broker reads the notes. What is in force holds for the whole process, like the log's level:
 * the readers of YAML and the like need not pass it on. */
#ifndef SANDPOOL_SOURCE_H
#define SANDPOOL_SOURCE_H

#include "fcgi/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SOURCE_BUNDLE_MAX (64 * 1024 * 1024)

/* A whole file, as io_read_file. In a bundle: one that was noted down there. */
ssize_t source_read(const char *path, size_t max, char **data, struct error *err);

/* realpath(3) of a file, into real (PATH_MAX). 0/-1. */
int source_real_path(const char *path, char *real, struct error *err);

/* The names in a folder for which keep is true, sorted by bytes; malloc'd, NULL-terminated. In a bundle:
 * those that were read. NULL with err when the folder cannot be read or there are more than max. */
char **source_names(const char *folder, int (*keep)(const char *name), size_t max, struct error *err);

/* Whether there is such a folder. In a bundle: maybe one without names. */
bool source_has_folder(const char *folder);

/* Note down everything that is read from now on, until source_bundle. */
void source_record(void);

/* End it. Returns a sealed memfd with the notes (CLOEXEC, the caller's), or -1 with err. */
int source_bundle(struct error *err);

/* Read from a bundle alone, until source_disk. fd stays the caller's. 0/-1. */
int source_use(int fd, struct error *err);
void source_disk(void);

#endif
