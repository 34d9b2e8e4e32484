/* How the values of a language's file fit together, and with the settings. */
#include "fcgi/model/language_check.h"

#include "fcgi/model/pattern.h"
#include "fcgi/model/schema.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Lower case letters, digits and what languages have in their names: c++, c#, f90. */
static bool is_word(const char *word)
{
        return *word != '\0' && strlen(word) < LANGUAGE_ID_SIZE &&
               word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789+#._-")] == '\0';
}

static int check_id(const struct yaml *yaml, const struct language *language, struct error *err)
{
        const char *slash = strrchr(yaml->path, '/');
        const char *file = slash != NULL ? slash + 1 : yaml->path;
        size_t length = strlen(language->id);
        unsigned line = yaml_tree_line(yaml, "id");

        if (!is_word(language->id) || strpbrk(language->id, "+#.") != NULL || language->id[0] == '-')
                return yaml_tree_error(
                        yaml, line, err, "'id' must be lower case letters, digits, '_' and '-'");
        if (strncmp(file, language->id, length) != 0 || strcmp(file + length, ".yaml") != 0)
                return yaml_tree_error(yaml, line, err, "'id' is '%s', so the file must be %s.yaml",
                        language->id, language->id);
        return 0;
}

static int check_aliases(const struct yaml *yaml, struct language *language, struct error *err)
{
        for (char **alias = language->aliases; *alias != NULL; alias++) {
                for (char *c = *alias; *c != '\0'; c++)
                        *c = (char)tolower((unsigned char)*c);
                if (!is_word(*alias))
                        return yaml_tree_error(
                                yaml, language->aliases_line, err, "'%s' cannot be an alias", *alias);
        }
        return 0;
}

static int check_source(const struct yaml *yaml, struct language *language, struct error *err)
{
        const char *dot = strrchr(language->source, '.');

        if (dot == NULL || dot == language->source || dot[1] == '\0' ||
                strchr(language->source, '/') != NULL || language->source[0] == '-')
                return yaml_tree_error(yaml, yaml_tree_line(yaml, "source"), err,
                        "'source' must be a file name with an extension, such as main.py");
        language->extension = strdup(dot);
        return language->extension != NULL ? 0 : error_set(err, "%s: out of memory", yaml->path);
}

/* A reference as Docker reads it, near enough: it becomes part of a path of the Engine's. */
static int check_image(const struct yaml *yaml, const struct language *language, struct error *err)
{
        const char *image = language->image;
        bool good =
                isalnum((unsigned char)*image) && strlen(image) <= LANGUAGE_IMAGE_MAX &&
                image[strspn(image,
                        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:@")] == '\0' &&
                strstr(image, "..") == NULL && strstr(image, "//") == NULL;

        return good ? 0
                    : yaml_tree_error(yaml, language->image_line, err,
                              "'%s' cannot be an image's name, such as sandpool/python", image);
}

/* A language may narrow what the settings allow, not widen it: memory for the pool is planned by them. */
static int check_limit(const struct yaml *yaml, const char *key, const struct limit *limit,
        const struct limit *outer, uint32_t factor, struct error *err)
{
        if (limit->min >= outer->min && limit->max <= outer->max)
                return 0;
        return yaml_tree_error(yaml, yaml_tree_line(yaml, key), err,
                "the range must stay within that of the settings, %.10g to %.10g",
                outer->min / (double)factor, outer->max / (double)factor);
}

static int check_memory_error(const struct yaml *yaml, const struct language *language, struct error *err)
{
        struct error problem = {""};
        struct pattern *pattern;

        if (language->memory_error == NULL)
                return 0;
        pattern = pattern_new(language->id, language->memory_error, &problem);
        pattern_free(pattern);
        return pattern != NULL
                       ? 0
                       : yaml_tree_error(yaml, yaml_tree_line(yaml, "memory_error"), err, "%s", problem.text);
}

/* Each within its own range, they may still be more than a sandbox can be had for. */
static int check_steps(const struct yaml *yaml, const struct language *language, struct error *err)
{
        uint32_t compile_ms = language->compile.argv != NULL ? language->compile_timeout_ms : 0;

        if ((uint64_t)compile_ms + language->timeout_ms.max <= SETTINGS_STEPS_MAX_MS)
                return 0;
        return yaml_tree_error(yaml, yaml_tree_line(yaml, "compile.timeout"), err,
                "compiling and a run may take %.10g seconds together, not %.10g and %.10g "
                "(compile.timeout, and the max of limits.timeout, here or in the settings)",
                SETTINGS_STEPS_MAX_MS / 1000.0, compile_ms / 1000.0, language->timeout_ms.max / 1000.0);
}

int language_check(const struct yaml *yaml, const struct settings *settings, struct language *language,
        struct error *err)
{
        if (check_id(yaml, language, err) < 0 || check_aliases(yaml, language, err) < 0 ||
                check_source(yaml, language, err) < 0 || check_image(yaml, language, err) < 0 ||
                check_limit(yaml, "limits.timeout", &language->timeout_ms, &settings->limits.timeout_ms,
                        schema_seconds.factor, err) < 0 ||
                check_limit(yaml, "limits.memory", &language->memory_mib, &settings->limits.memory_mib,
                        schema_mib.factor, err) < 0 ||
                check_steps(yaml, language, err) < 0)
                return -1;
        if (language->warm > language->max)
                return yaml_tree_error(
                        yaml, yaml_tree_line(yaml, "pool.warm"), err, "'warm' must not be larger than 'max'");
        return check_memory_error(yaml, language, err);
}
