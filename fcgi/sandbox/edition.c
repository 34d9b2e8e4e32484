/* Loads a state of the configuration out of its bundle, and compares languages of two of them. */
#include "fcgi/sandbox/edition.h"

#include "fcgi/model/seccomp_profile.h"
#include "fcgi/model/source.h"

#include <stdlib.h>
#include <string.h>

struct edition *edition_borrow(const struct settings *settings, const struct registry *registry,
        const char *seccomp, struct error *err)
{
        struct edition *edition = calloc(1, sizeof *edition);
        if (!edition) {
                error_set(err, "out of memory");
                return NULL;
        }
        edition->settings = settings;
        edition->registry = registry;
        edition->seccomp = seccomp;
        edition->owner.settings = settings;
        edition->owner.seccomp = seccomp;
        return edition;
}

struct edition *edition_load(int bundle_fd, const char *settings_path, struct error *err)
{
        struct edition *edition = NULL;
        struct settings *settings = NULL;
        struct registry *registry = NULL;
        char *seccomp = NULL;
        if (!source_use(bundle_fd, err))
                settings = settings_load(settings_path, err);
        if (settings)
                registry = registry_load(settings, err);
        if (registry)
                seccomp = seccomp_profile_load(settings->seccomp_file, err);
        source_disk();
        if (seccomp)
                edition = edition_borrow(settings, registry, seccomp, err);
        if (edition) {
                edition->owned = true;
                return edition;
        }
        free(seccomp);
        registry_free(registry);
        settings_free(settings);
        return NULL;
}

void edition_free(struct edition *edition)
{
        if (edition && edition->owned) {
                free((char *)edition->seccomp);
                registry_free((struct registry *)edition->registry);
                settings_free((struct settings *)edition->settings);
        }
        free(edition);
}

static char *container_of(const struct edition *edition, const struct language *language)
{
        struct container_spec spec = {.settings = edition->settings,
                .language = language,
                .seccomp = edition->seccomp,
                .cgroup_parent = "",
                .memory_mib = language_idle_memory_mib(language)};
        return container_config(&spec);
}

/* Takes both texts. When memory is out they differ. */
static bool same_text(char *a, char *b)
{
        bool same = a && b && !strcmp(a, b);
        free(a);
        free(b);
        return same;
}

bool edition_same_container(const struct edition *of_a, const struct language *a, const struct edition *of_b,
        const struct language *b)
{
        return same_text(container_of(of_a, a), container_of(of_b, b));
}

/* The image's configuration names all that the runner does for the language. */
bool edition_same_sample(const struct edition *of_a, const struct language *a, const struct edition *of_b,
        const struct language *b)
{
        return a->compile_memory_mib == b->compile_memory_mib && !strcmp(a->sample_code, b->sample_code) &&
               !strcmp(a->sample_expected, b->sample_expected) &&
               same_text(language_image_config(a, of_a->settings), language_image_config(b, of_b->settings));
}
