/* For the model's tests: configurations as files of a temporary folder, and the loaded one of data/conf. */
#ifndef TESTS_UNIT_MODEL_FILES_H
#define TESTS_UNIT_MODEL_FILES_H

#include "fcgi/model/request.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define CONF "tests/unit/data/conf"

/* The folder of the test at hand. */
static char folder[64];

static inline int folder_make(void **state)
{
        (void)state;
        strcpy(folder, "/tmp/model_test.XXXXXX");
        return mkdtemp(folder) != NULL ? 0 : -1;
}

static inline int folder_remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
        (void)info;
        (void)type;
        (void)walk;
        return remove(path);
}

static inline int folder_remove(void **state)
{
        (void)state;
        return nftw(folder, folder_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Write a file into the folder (and the folders on its way); returns its path, valid until the next call. */
static inline const char *file_write(const char *name, const void *bytes, size_t size)
{
        static char path[256];
        char *slash;
        FILE *file;

        snprintf(path, sizeof path, "%s/%s", folder, name);
        for (slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
                *slash = '\0';
                mkdir(path, 0755);
                *slash = '/';
        }
        file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(bytes, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
        return path;
}

static inline const char *file_text(const char *name, const char *text)
{
        return file_write(name, text, strlen(text));
}

/* The message without the folder in it. */
static inline const char *without_folder(const char *message)
{
        size_t length = strlen(folder);

        return strncmp(message, folder, length) == 0 ? message + length + 1 : message;
}

static inline struct catalog catalog_open(const char *path)
{
        struct error err = {""};
        struct settings *settings = settings_load(path, &err);
        struct registry *registry = settings != NULL ? registry_load(settings, &err) : NULL;
        struct policies *policies = registry != NULL ? policies_load(settings, registry, &err) : NULL;

        struct exercise_context context = {settings, registry, policies};
        struct exercises *exercises = policies != NULL ? exercises_load(&context, &err) : NULL;

        assert_string_equal(err.text, "");
        assert_non_null(exercises);
        return (struct catalog){
                .settings = settings, .registry = registry, .policies = policies, .exercises = exercises};
}

static inline void catalog_close(const struct catalog *catalog)
{
        exercises_free((struct exercises *)catalog->exercises);
        policies_free((struct policies *)catalog->policies);
        registry_free((struct registry *)catalog->registry);
        settings_free((struct settings *)catalog->settings);
}

/* The one of data/conf, for a group of tests: its setup and teardown. */
static struct catalog catalog;

static inline int catalog_open_all(void **state)
{
        (void)state;
        catalog = catalog_open(CONF "/sandpool.yaml");
        return 0;
}

static inline int catalog_close_all(void **state)
{
        (void)state;
        catalog_close(&catalog);
        return 0;
}

#endif
