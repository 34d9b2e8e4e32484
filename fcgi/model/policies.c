/* All policies: reads their folder and checks that what names one names one that exists. */
#include "fcgi/model/policy_rules.h"

#include "fcgi/model/yaml_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POLICIES_MAX = 64 };

static int missing(const char *path, unsigned line, const char *id, struct error *err)
{
        return error_set(err, "%s:%u: policy '%s' does not exist", path, line, id);
}

static int check_names(const struct policies *policies, const struct settings *settings,
        const struct registry *registry, struct error *err)
{
        if (policies_find(policies, settings->default_policy) == NULL)
                return missing(settings->path, settings->policies_line, settings->default_policy, err);
        for (char **id = settings->selectable_policies; *id != NULL; id++)
                if (policies_find(policies, *id) == NULL)
                        return missing(settings->path, settings->policies_line, *id, err);
        for (size_t i = 0; i < registry->count; i++) {
                const struct language *language = &registry->languages[i];

                if (language->policy != NULL && policies_find(policies, language->policy) == NULL)
                        return missing(language->path, language->policy_line, language->policy, err);
        }
        return 0;
}

static int read_all(struct policies *policies, const struct settings *settings,
        const struct registry *registry, char *const *names, struct error *err)
{
        char path[2048];

        for (; *names != NULL; names++) {
                if (policies->count > POLICIES_MAX)
                        return error_set(
                                err, "%s: more than %d policies", settings->policies_dir, POLICIES_MAX);
                if ((size_t)snprintf(path, sizeof path, "%s/%s", settings->policies_dir, *names) >=
                        sizeof path)
                        return error_set(err, "%s: the path is too long", settings->policies_dir);
                if (policy_rules_read(path, registry, &policies->list[policies->count++], err) < 0)
                        return -1;
        }
        return 0;
}

struct policies *policies_load(
        const struct settings *settings, const struct registry *registry, struct error *err)
{
        struct policies *policies = calloc(1, sizeof *policies);
        char **names = NULL;
        int rc = -1;

        if (policies == NULL || (policies->list = calloc(POLICIES_MAX + 2, sizeof *policies->list)) == NULL) {
                error_set(err, "out of memory");
                goto out;
        }
        policies->list[policies->count++] = (struct policy){.id = "off", .block_from = SEVERITY_CRITICAL};
        names = yaml_tree_files(settings->policies_dir, err);
        if (names != NULL && read_all(policies, settings, registry, names, err) == 0)
                rc = check_names(policies, settings, registry, err);
out:
        yaml_tree_strings_free(names);
        if (rc < 0) {
                policies_free(policies);
                return NULL;
        }
        return policies;
}

void policies_free(struct policies *policies)
{
        if (policies == NULL)
                return;
        for (size_t i = 0; i < policies->count; i++)
                policy_rules_clear(&policies->list[i]);
        free(policies->list);
        free(policies);
}

const struct policy *policies_find(const struct policies *policies, const char *id)
{
        for (size_t i = 0; i < policies->count; i++)
                if (strcmp(policies->list[i].id, id) == 0)
                        return &policies->list[i];
        return NULL;
}
