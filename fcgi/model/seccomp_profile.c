/* Reads the seccomp profile. */
#include "fcgi/model/seccomp_profile.h"

#include "fcgi/model/source.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define SECCOMP_MAX (256 * 1024)

/* Everything but an error or an end for what is not named is a list of exceptions to having no profile. */
static int denies_by_default(const json_t *root)
{
        static const char *const denials[] = {
                "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", NULL};
        const char *action = json_string_value(json_object_get(root, "defaultAction"));
        for (size_t i = 0; action && denials[i]; i++)
                if (!strcmp(action, denials[i]))
                        return 1;
        return 0;
}

char *seccomp_profile_load(const char *path, struct error *err)
{
        char *text = NULL, *compact = NULL;
        json_error_t problem;
        json_t *root = NULL;
        if (source_read(path, SECCOMP_MAX, &text, err) < 0)
                goto out;
        root = json_loads(text, JSON_REJECT_DUPLICATES, &problem);
        if (!root) {
                error_set(err, "%s:%d: %s", path, problem.line, problem.text);
                goto out;
        }
        if (!denies_by_default(root)) {
                error_set(err, "%s: it does not deny by default", path);
                goto out;
        }
        compact = json_dumps(root, JSON_COMPACT);
        if (!compact)
                error_set(err, "%s: out of memory", path);
out:
        json_decref(root);
        free(text);
        return compact;
}
