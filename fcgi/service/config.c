/* Loads all of conf/ together. */
#include "fcgi/service/config.h"
#include "fcgi/base/arena.h"
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/model/seccomp_profile.h"
#include "fcgi/model/source.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *config_default_path(void)
{
        static const char here[] = "conf/sandpool.yaml";
        return access(here, F_OK) == 0 ? here : "/etc/sandpool/sandpool.yaml";
}

/* malloc'd. NULL when memory is out or there is no working directory. */
static char *absolute(const char *path)
{
        char folder[PATH_MAX], *joined;
        if (*path == '/')
                return strdup(path);
        if (!getcwd(folder, sizeof(folder)) || asprintf(&joined, "%s/%s", folder, path) < 0)
                return NULL;
        return joined;
}

/* NULL with err when something is wrong. */
static struct config *load(const char *path, struct error *err)
{
        int64_t began_us = clock_us();
        struct config *config = calloc(1, sizeof(*config));
        if (!config) {
                error_set(err, "out of memory");
                return NULL;
        }
        config->path = absolute(path);
        if (!config->path)
                error_errno(err, "%s", path);
        else
                config->settings = settings_load(path, err);
        if (config->settings)
                config->registry = registry_load(config->settings, err);
        if (config->registry)
                config->policies = policies_load(config->settings, config->registry, err);
        if (config->policies) {
                struct exercise_context context = {config->settings, config->registry, config->policies};
                config->exercises = exercises_load(&context, err);
        }
        if (config->exercises)
                config->seccomp = seccomp_profile_load(config->settings->seccomp_file, err);
        if (!config->seccomp) {
                config_free(config);
                return NULL;
        }
        config->load_us = clock_us() - began_us;
        return config;
}

struct loading {
        const char *path;
        struct error *err;
        struct config *config;
};

static void load_it(void *context)
{
        struct loading *loading = context;
        loading->config = load(loading->path, loading->err);
}

struct config *config_load(const char *path, struct error *err)
{
        struct loading loading = {.path = path, .err = err};
        arena_run(load_it, &loading); /* all processes share it */
        return loading.config;
}

struct config *config_load_bundled(const char *path, int *bundle_fd, struct error *err)
{
        source_record();
        struct config *config = config_load(path, err);
        *bundle_fd = source_bundle(err);
        if (config && *bundle_fd >= 0)
                return config;
        config_free(config);
        io_close(bundle_fd);
        return NULL;
}

void config_free(struct config *config)
{
        if (!config)
                return;
        free(config->seccomp);
        exercises_free(config->exercises);
        policies_free(config->policies);
        registry_free(config->registry);
        settings_free(config->settings);
        free(config->path);
        free(config);
}

struct catalog config_catalog(const struct config *config)
{
        return (struct catalog){.settings = config->settings,
                .registry = config->registry,
                .policies = config->policies,
                .exercises = config->exercises};
}

uint64_t config_longest_request_ms(const struct config *config)
{
        uint64_t most = config->settings->limits.request_time_ms;
        for (size_t i = 0; i < config->registry->count; i++) {
                const struct language *language = &config->registry->languages[i];
                uint64_t hold = (uint64_t)language->timeout_ms.max + language->compile_timeout_ms;
                if (hold > most)
                        most = hold;
        }
        return most + config->settings->queue_timeout_ms;
}
