/* `sandpool check-code`: what a policy finds in files, in the form of compilers' messages. */
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/service/commands.h"
#include "fcgi/service/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODE_BYTES_MAX = 16 * 1024 * 1024, EXIT_BLOCKED = 1, EXIT_UNUSABLE = 2 };

/* What a message calls a severity, as compilers do. */
static const char *const words[] = {
        [SEVERITY_INFO] = "note",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_ERROR] = "error",
        [SEVERITY_CRITICAL] = "critical",
};

static const struct language *find_language(
        const struct config *config, const struct check_code_options *options, struct error *err)
{
        const struct language *language = registry_find(config->registry, options->language);
        if (!language) /* one that is not enabled has rules all the same */
                language = registry_get(config->registry, options->language);
        if (!language)
                error_set(err, "there is no language %s", options->language);
        return language;
}

static const struct policy *find_policy(const struct config *config, const struct language *language,
        const struct check_code_options *options, struct error *err)
{
        const char *id = options->policy    ? options->policy
                         : language->policy ? language->policy
                                            : config->settings->default_policy;
        const struct policy *policy = policies_find(config->policies, id);
        if (!policy)
                error_set(err, "there is no policy %s", id);
        return policy;
}

/* Returns 0, 1 when the policy blocks the file, or -1. */
static int check_file(
        const struct policy *policy, const struct language *language, const char *path, struct error *err)
{
        struct violations violations = {0};
        char *code = NULL;
        ssize_t size = io_read_file(path, CODE_BYTES_MAX, &code, err);
        int rc = -1;
        if (size < 0 || policy_check(policy, language, path, code, (size_t)size, &violations, err))
                goto out;
        for (size_t i = 0; i < violations.count; i++) {
                const struct violation *one = &violations.list[i];
                printf("%s:%u:%u: %s: %s [%s]\n", path, one->line, one->column, words[one->severity],
                        one->message, one->rule);
        }
        rc = violations.blocked;
out:
        violations_free(&violations);
        free(code);
        return rc;
}

int command_check_code(const struct check_code_options *options)
{
        struct error err = {0};
        const struct language *language = NULL;
        const struct policy *policy = NULL;
        int status = EXIT_UNUSABLE;
        log_set_process("check-code");
        log_set_level(LOG_LEVEL_ERROR);
        struct config *config = config_load(options->config_path, &err);
        if (config)
                language = find_language(config, options, &err);
        if (language)
                policy = find_policy(config, language, options, &err);
        if (!policy)
                goto out;
        status = 0;
        for (char *const *file = options->files; *file; file++) {
                int rc = check_file(policy, language, *file, &err);
                if (rc < 0) {
                        status = EXIT_UNUSABLE;
                        break;
                }
                if (rc)
                        status = EXIT_BLOCKED;
        }
out:
        if (err.text[0])
                fprintf(stderr, "sandpool: %s\n", err.text);
        config_free(config);
        return status;
}
