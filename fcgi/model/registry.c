/* All languages: reads their folder and checks that they fit together. */
#include "fcgi/model/language.h"

#include "fcgi/model/yaml_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool has_name(const struct language *language, const char *name)
{
        if (strcasecmp(language->id, name) == 0)
                return true;
        for (char **alias = language->aliases; *alias != NULL; alias++)
                if (strcasecmp(*alias, name) == 0)
                        return true;
        return false;
}

/* No two languages answer to one name, and no language lists a name twice. */
static int check_aliases(const struct registry *registry, const struct language *language, struct error *err)
{
        for (char **alias = language->aliases; *alias != NULL; alias++) {
                for (const struct language *other = registry->languages; other <= language; other++) {
                        bool taken =
                                other != language ? has_name(other, *alias) : strcmp(other->id, *alias) == 0;
                        for (char **before = language->aliases; other == language && before < alias; before++)
                                taken = taken || strcmp(*before, *alias) == 0;
                        if (taken)
                                return error_set(err, "%s:%u: alias '%s' is a name of '%s' already",
                                        language->path, language->aliases_line, *alias, other->id);
                }
        }
        for (const struct language *other = registry->languages; other < language; other++)
                if (has_name(other, language->id))
                        return error_set(err, "%s:%u: alias '%s' is the id of another language", other->path,
                                other->aliases_line, language->id);
        return 0;
}

static int check_default(const struct registry *registry, const struct settings *settings, struct error *err)
{
        const struct language *language = registry_get(registry, settings->default_language);

        if (language != NULL && language->enabled)
                return 0;
        return error_set(err, "%s:%u: the default language '%s' %s", settings->path, settings->languages_line,
                settings->default_language, language != NULL ? "is not enabled" : "does not exist");
}

static int read_one(
        struct registry *registry, const struct settings *settings, const char *name, struct error *err)
{
        char path[2048];
        struct language *language = &registry->languages[registry->count];

        if ((size_t)snprintf(path, sizeof path, "%s/%s", settings->languages_dir, name) >= sizeof path)
                return error_set(err, "%s: the path is too long", settings->languages_dir);
        registry->count++;
        if (language_read(path, settings, language, err) < 0)
                return -1;
        return check_aliases(registry, language, err);
}

struct registry *registry_load(const struct settings *settings, struct error *err)
{
        struct registry *registry = calloc(1, sizeof *registry);
        char **names = NULL;
        size_t count = 0;
        int rc = -1;

        if (registry == NULL) {
                error_set(err, "out of memory");
                return NULL;
        }
        names = yaml_tree_files(settings->languages_dir, err);
        if (names == NULL)
                goto out;
        while (names[count] != NULL)
                count++;
        if (count > LANGUAGES_MAX) {
                error_set(err, "%s: more than %d languages", settings->languages_dir, LANGUAGES_MAX);
                goto out;
        }
        registry->languages = calloc(count + 1, sizeof *registry->languages);
        if (registry->languages == NULL) {
                error_set(err, "out of memory");
                goto out;
        }
        for (size_t i = 0; i < count; i++)
                if (read_one(registry, settings, names[i], err) < 0)
                        goto out;
        rc = check_default(registry, settings, err);
out:
        yaml_tree_strings_free(names);
        if (rc < 0) {
                registry_free(registry);
                return NULL;
        }
        return registry;
}

void registry_free(struct registry *registry)
{
        if (registry == NULL)
                return;
        for (size_t i = 0; i < registry->count; i++)
                language_clear(&registry->languages[i]);
        free(registry->languages);
        free(registry);
}

const struct language *registry_get(const struct registry *registry, const char *id)
{
        for (size_t i = 0; i < registry->count; i++)
                if (strcmp(registry->languages[i].id, id) == 0)
                        return &registry->languages[i];
        return NULL;
}

const struct language *registry_find(const struct registry *registry, const char *name)
{
        for (size_t i = 0; i < registry->count; i++)
                if (registry->languages[i].enabled && has_name(&registry->languages[i], name))
                        return &registry->languages[i];
        return NULL;
}
