/* Puts a folder of exercises together by symbolic links. */
#include "tests/integration/exercise_folder.h"

#include "tests/integration/service_places.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int link_all(const char *from, const char *to, struct error *err)
{
        char path[512];
        struct dirent **entries;
        int rc = 0;
        service_source_path(from, path, sizeof path);
        int found = scandir(path, &entries, NULL, alphasort);
        if (found < 0)
                return error_errno(err, "%s", path);
        for (int i = 0; i < found; i++) {
                char target[800], link[300];
                snprintf(target, sizeof target, "%s/%.200s", path, entries[i]->d_name);
                snprintf(link, sizeof link, "%s/%.200s", to, entries[i]->d_name);
                if (*entries[i]->d_name != '.' && symlink(target, link))
                        rc = error_errno(err, "%s", link);
                free(entries[i]);
        }
        free(entries);
        return rc;
}

int exercise_folder_make(struct exercise_folder *folder, struct error *err)
{
        strcpy(folder->path, "/tmp/sandpool-exercises-XXXXXX");
        if (!mkdtemp(folder->path)) {
                *folder->path = '\0';
                return error_errno(err, "mkdtemp");
        }
        if (chmod(folder->path, 0755))
                return error_errno(err, "%s", folder->path);
        return link_all("conf/exercises", folder->path, err) ||
                               link_all("tests/exercises/exercises", folder->path, err)
                       ? -1
                       : 0;
}

void exercise_folder_remove(const struct exercise_folder *folder)
{
        struct dirent **entries;
        int found = *folder->path ? scandir(folder->path, &entries, NULL, alphasort) : -1;
        for (int i = 0; i < found; i++) {
                char link[300];
                snprintf(link, sizeof link, "%s/%.200s", folder->path, entries[i]->d_name);
                unlink(link);
                free(entries[i]);
        }
        if (found >= 0) {
                free(entries);
                rmdir(folder->path);
        }
}
