/* All exercises: reads their folders. */
#include "fcgi/model/exercise.h"

#include "fcgi/model/source.h"
#include "fcgi/model/yaml_tree.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_visible(const char *name)
{
        return name[0] != '.';
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

static int read_all(struct exercises *exercises, const struct exercise_context *context, char *const *names,
        struct error *err)
{
        size_t count = 0;

        while (names[count] != NULL)
                count++;
        exercises->list = calloc(count + 1, sizeof *exercises->list);
        if (exercises->list == NULL)
                return error_set(err, "out of memory");
        for (; *names != NULL; names++)
                if (read_one(exercises, context, *names, err) < 0)
                        return -1;
        return check_default(exercises, context->settings, err);
}

struct exercises *exercises_load(const struct exercise_context *context, struct error *err)
{
        const char *folder = context->settings->exercises_dir;
        struct exercises *exercises = calloc(1, sizeof *exercises);
        char **names = NULL;
        int rc = -1;

        if (exercises == NULL) {
                error_set(err, "out of memory");
                goto out;
        }
        if (access(folder, F_OK) < 0 && errno == ENOENT) {
                rc = 0;
                goto out;
        }
        names = source_names(folder, is_visible, EXERCISES_MAX, err);
        if (names != NULL)
                rc = read_all(exercises, context, names, err);
out:
        yaml_tree_strings_free(names);
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
