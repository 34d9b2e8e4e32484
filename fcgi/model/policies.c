/* All policies: reads their folder, and checks that what names one names one that exists. */
#include "fcgi/model/policy_drafts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct policies {
        struct rulebook book;
        struct policy list[POLICIES_MAX + 1]; /* "off" is the first */
        size_t count;
};

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

static int load_all(struct policies *policies, const struct settings *settings,
        const struct registry *registry, struct error *err)
{
        struct policy_drafts *drafts = NULL;
        char path[2048];
        int rc = -1;

        if ((size_t)snprintf(path, sizeof path, "%s/rules", settings->policies_dir) >= sizeof path)
                return error_set(err, "%s: the path is too long", settings->policies_dir);
        if (rulebook_load(&policies->book, path, registry, err) == 0)
                drafts = policy_drafts_read(settings->policies_dir, &policies->book, registry, err);
        if (drafts == NULL)
                return -1;
        policies->list[policies->count++] = (struct policy){.id = "off", .block_from = SEVERITY_CRITICAL};
        for (size_t i = 0; i < policy_drafts_count(drafts); i++)
                if (policy_drafts_finish(drafts, i, &policies->list[policies->count++], err) < 0)
                        goto out;
        rc = check_names(policies, settings, registry, err);
out:
        policy_drafts_free(drafts);
        return rc;
}

struct policies *policies_load(
        const struct settings *settings, const struct registry *registry, struct error *err)
{
        struct policies *policies = calloc(1, sizeof *policies);

        if (policies == NULL) {
                error_set(err, "out of memory");
                return NULL;
        }
        if (load_all(policies, settings, registry, err) < 0) {
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
                policy_chosen_clear(&policies->list[i]);
        rulebook_clear(&policies->book);
        free(policies);
}

const struct policy *policies_find(const struct policies *policies, const char *id)
{
        for (size_t i = 0; i < policies->count; i++)
                if (strcmp(policies->list[i].id, id) == 0)
                        return &policies->list[i];
        return NULL;
}
