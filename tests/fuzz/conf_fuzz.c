/* Fuzzes what the configuration's files mean: the first letter says whether the rest are settings (s), a
 * language (l) or a policy (p). */
#include "fcgi/model/language.h"
#include "fcgi/model/policy.h"
#include "fcgi/model/settings.h"
#include "tests/fuzz/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct settings *settings;
static struct registry *registry;
static char policies[] = "/tmp/sandpool-fuzz-XXXXXX";

static void tidy(void)
{
        char path[64];
        snprintf(path, sizeof path, "%s/house.yaml", policies);
        unlink(path);
        rmdir(policies);
}

static void open_conf(void)
{
        struct error err = {0};
        input_quiet();
        settings = settings_load("tests/unit/data/conf/sandpool.yaml", &err);
        registry = settings ? registry_load(settings, &err) : NULL;
        if (!registry || !mkdtemp(policies))
                input_broken(err.text);
        atexit(tidy);
        snprintf(settings->policies_dir, sizeof settings->policies_dir, "%s", policies);
}

/* Accepted, or refused with a reason. */
static void judge(bool accepted, const struct error *err)
{
        if (accepted != !*err->text)
                abort();
}

static void read_settings(const char *path)
{
        struct error err = {0};
        struct settings *read = settings_load(path, &err);
        judge(read != NULL, &err);
        if (read && (!read->workers || read->workers > SETTINGS_WORKERS_MAX ||
                            read->limits.timeout_ms.min > read->limits.timeout_ms.max))
                abort();
        settings_free(read);
}

static void read_language(const char *path)
{
        struct error err = {0};
        struct language language = {0};
        judge(!language_read(path, settings, &language, &err), &err);
        language_clear(&language);
}

static void read_policy(const char *path)
{
        struct error err = {0};
        char link[64];
        snprintf(link, sizeof link, "%s/house.yaml", policies);
        unlink(link);
        if (symlink(path, link))
                input_broken(link);
        struct policies *read = policies_load(settings, registry, &err);
        judge(read != NULL, &err);
        policies_free(read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char path[64];
        if (!settings)
                open_conf();
        if (!size)
                return 0;
        int fd = input_file(data + 1, size - 1, path);
        if (*data == 's')
                read_settings(path);
        else if (*data == 'l')
                read_language(path);
        else if (*data == 'p')
                read_policy(path);
        close(fd);
        return 0;
}
