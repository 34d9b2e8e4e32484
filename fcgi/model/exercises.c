/* All exercises: reads their folders. */
#include "fcgi/model/exercise.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_visible(const struct dirent *entry)
{
        return entry->d_name[0] != '.';
}

/* By bytes: the order must not depend on the locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
        return strcmp((*a)->d_name, (*b)->d_name);
}

/* A folder without exercise.yaml is none, so that exercises may share files. */
static int read_one(struct exercises *exercises, const struct exercise_context *context, const char *name,
        struct error *err)
{
        char folder[PATH_MAX], file[PATH_MAX + 16];

        if ((size_t)snprintf(folder, sizeof folder, "%s/%s", context->settings->exercises_dir, name) >=
                sizeof folder)
                return error_set(err, "%s: the path is too long", context->settings->exercises_dir);
        snprintf(file, sizeof file, "%s/exercise.yaml", folder);
        if (access(file, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR))
                return 0;
        return exercise_read(folder, context, &exercises->list[exercises->count++], err);
}

static int check_default(
        const struct exercises *exercises, const struct settings *settings, struct error *err)
{
        if (settings->default_exercise[0] == '\0' ||
                exercises_find(exercises, settings->default_exercise) != NULL)
                return 0;
        return error_set(err, "%s:%u: the default exercise '%s' does not exist", settings->path,
                settings->exercises_line, settings->default_exercise);
}

struct exercises *exercises_load(const struct exercise_context *context, struct error *err)
{
        const struct settings *settings = context->settings;
        struct exercises *exercises = calloc(1, sizeof *exercises);
        struct dirent **entries = NULL;
        int count = -1, rc = -1;

        if (exercises == NULL) {
                error_set(err, "out of memory");
                goto out;
        }
        count = scandir(settings->exercises_dir, &entries, is_visible, by_bytes);
        if (count < 0) {
                rc = errno == ENOENT ? 0 : error_errno(err, "%s", settings->exercises_dir);
                goto out;
        }
        if (count > EXERCISES_MAX) {
                error_set(err, "%s: more than %d exercises", settings->exercises_dir, EXERCISES_MAX);
                goto out;
        }
        exercises->list = calloc((size_t)count + 1, sizeof *exercises->list);
        if (exercises->list == NULL) {
                error_set(err, "out of memory");
                goto out;
        }
        for (int i = 0; i < count; i++)
                if (read_one(exercises, context, entries[i]->d_name, err) < 0)
                        goto out;
        rc = check_default(exercises, settings, err);
out:
        for (int i = 0; i < count; i++)
                free(entries[i]);
        free(entries);
        if (rc < 0) {
                exercises_free(exercises);
                return NULL;
        }
        return exercises;
}

void exercises_free(struct exercises *exercises)
{
        if (exercises == NULL)
                return;
        for (size_t i = 0; i < exercises->count; i++)
                exercise_clear(&exercises->list[i]);
        free(exercises->list);
        free(exercises);
}

const struct exercise *exercises_find(const struct exercises *exercises, const char *id)
{
        for (size_t i = 0; exercises != NULL && i < exercises->count; i++)
                if (strcmp(exercises->list[i].id, id) == 0)
                        return &exercises->list[i];
        return NULL;
}
