/* Reads configuration files from the disk or from a bundle, and makes bundles: records of a head, a path and
 * data, one behind the other. */
#include "fcgi/model/source.h"

#include "fcgi/base/buffer.h"
#include "fcgi/base/io.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum kind { SOURCE_FILE, SOURCE_REAL_PATH };

/* Path and data follow, each with a NUL behind it that its size does not count. */
struct head {
        uint32_t kind, path_size, size;
};

struct record {
        enum kind kind;
        const char *path, *data;
        size_t size;
};

static enum { DISK, RECORDING, BUNDLE } mode;
static struct buffer notes = BUFFER_MAX(SOURCE_BUNDLE_MAX);

/* The record at *at, which then stands behind it; 0 at the end, and at what is no record. */
static int next(size_t *at, struct record *record)
{
        struct head head;
        size_t left = notes.size - *at;
        if (left < sizeof head)
                return 0;
        memcpy(&head, notes.data + *at, sizeof head);
        left -= sizeof head;
        if (left < 2 || head.path_size > left - 2 || head.size > left - 2 - head.path_size)
                return 0;
        record->kind = head.kind;
        record->path = notes.data + *at + sizeof head;
        record->data = record->path + head.path_size + 1;
        record->size = head.size;
        *at += sizeof head + head.path_size + 1 + head.size + 1;
        return record->path[head.path_size] == '\0' && record->data[record->size] == '\0';
}

static int find(enum kind kind, const char *path, struct record *record)
{
        for (size_t at = 0; mode != DISK && next(&at, record);)
                if (record->kind == kind && strcmp(record->path, path) == 0)
                        return 1;
        return 0;
}

static int add(enum kind kind, const char *path, const char *data, size_t size, struct error *err)
{
        struct head head = {kind, (uint32_t)strlen(path), (uint32_t)size};
        if (buffer_add(&notes, &head, sizeof head) || buffer_add(&notes, path, head.path_size + 1) ||
                buffer_add(&notes, data, size) || buffer_add(&notes, "", 1))
                return error_set(err, "%s: the configuration is too large to be handed on", path);
        return 0;
}

static ssize_t copy(const struct record *record, size_t max, char **data, struct error *err)
{
        if (record->size > max)
                return error_set(err, "%s: larger than %zu bytes", record->path, max);
        *data = malloc(record->size + 1);
        if (*data == NULL)
                return error_set(err, "%s: out of memory", record->path);
        memcpy(*data, record->data, record->size + 1);
        return (ssize_t)record->size;
}

ssize_t source_read(const char *path, size_t max, char **data, struct error *err)
{
        struct record record;
        *data = NULL;
        if (find(SOURCE_FILE, path, &record))
                return copy(&record, max, data, err);
        if (mode == BUNDLE)
                return error_set(err, "%s: it was not there when the configuration was read", path);
        ssize_t size = io_read_file(path, max, data, err);
        if (size >= 0 && mode == RECORDING && add(SOURCE_FILE, path, *data, (size_t)size, err)) {
                free(*data);
                *data = NULL;
                return -1;
        }
        return size;
}

int source_real_path(const char *path, char *real, struct error *err)
{
        struct record record;
        if (find(SOURCE_REAL_PATH, path, &record) && record.size < PATH_MAX) {
                memcpy(real, record.data, record.size + 1);
                return 0;
        }
        if (mode == BUNDLE)
                return error_set(err, "%s: it was not there when the configuration was read", path);
        if (realpath(path, real) == NULL)
                return error_errno(err, "%s", path);
        return mode == RECORDING ? add(SOURCE_REAL_PATH, path, real, strlen(real), err) : 0;
}

struct names {
        char **list;
        size_t count, max;
};

static int add_name(struct names *names, const char *folder, const char *name, struct error *err)
{
        char **grown;
        if (names->count == names->max)
                return error_set(err, "%s: more than %zu files", folder, names->max);
        grown = realloc(names->list, (names->count + 2) * sizeof *names->list);
        if (grown == NULL)
                return error_set(err, "%s: out of memory", folder);
        names->list = grown;
        grown[names->count] = strdup(name);
        grown[names->count + 1] = NULL;
        if (grown[names->count] == NULL)
                return error_set(err, "%s: out of memory", folder);
        names->count++;
        return 0;
}

static int names_of_folder(
        struct names *names, const char *folder, int (*keep)(const char *name), struct error *err)
{
        DIR *dir = opendir(folder);
        int rc = dir != NULL ? 0 : error_errno(err, "%s", folder);
        for (struct dirent *entry; rc == 0 && (entry = readdir(dir)) != NULL;)
                if (keep(entry->d_name))
                        rc = add_name(names, folder, entry->d_name, err);
        if (dir != NULL)
                closedir(dir);
        return rc;
}

static int names_of_bundle(
        struct names *names, const char *folder, int (*keep)(const char *name), struct error *err)
{
        struct record record;
        size_t length = strlen(folder);
        for (size_t at = 0; next(&at, &record);) {
                const char *name = record.path + length + 1;
                if (record.kind != SOURCE_FILE || strncmp(record.path, folder, length) != 0 ||
                        record.path[length] != '/' || strchr(name, '/') != NULL || !keep(name))
                        continue;
                if (add_name(names, folder, name, err) < 0)
                        return -1;
        }
        return 0;
}

/* By bytes: the order must not depend on the locale. */
static int by_bytes(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

bool source_has_folder(const char *folder)
{
        return mode == BUNDLE || access(folder, F_OK) == 0;
}

char **source_names(const char *folder, int (*keep)(const char *name), size_t max, struct error *err)
{
        struct names names = {.list = calloc(1, sizeof *names.list), .max = max};
        int rc = names.list == NULL ? error_set(err, "%s: out of memory", folder)
                 : mode == BUNDLE   ? names_of_bundle(&names, folder, keep, err)
                                    : names_of_folder(&names, folder, keep, err);
        if (rc == 0) {
                qsort(names.list, names.count, sizeof *names.list, by_bytes);
                return names.list;
        }
        for (size_t i = 0; i < names.count; i++)
                free(names.list[i]);
        free(names.list);
        return NULL;
}

void source_record(void)
{
        buffer_clear(&notes);
        mode = RECORDING;
}

void source_disk(void)
{
        buffer_clear(&notes);
        mode = DISK;
}

int source_bundle(struct error *err)
{
        int fd = memfd_create("sandpool-configuration", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (fd < 0)
                error_errno(err, "memfd_create");
        else if (io_write_all(fd, notes.data, notes.size, -1, err) ||
                 fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)) {
                error_errno(err, "cannot bundle the configuration");
                io_close(&fd);
        }
        source_disk();
        return fd;
}

int source_use(int fd, struct error *err)
{
        struct stat st;
        source_disk();
        if (fstat(fd, &st))
                return error_errno(err, "the configuration's bundle");
        size_t size = (size_t)st.st_size;
        char *room = size <= SOURCE_BUNDLE_MAX ? buffer_reserve(&notes, size) : NULL;
        if (room == NULL)
                return error_set(err, "the configuration's bundle does not fit into memory");
        if (pread(fd, room, size, 0) != (ssize_t)size)
                return error_errno(err, "the configuration's bundle");
        notes.size = size;
        mode = BUNDLE;
        return 0;
}
