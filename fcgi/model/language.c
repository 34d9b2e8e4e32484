/* Reads one conf/languages/<id>.yaml. */
#include "fcgi/model/language.h"

#include "fcgi/model/environment.h"
#include "fcgi/model/language_check.h"
#include "fcgi/model/schema.h"
#include "images/runner/protocol.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(member) .offset = offsetof(struct language, member)
#define TEXT(member) .kind = FIELD_TEXT, AT(member), .filled = true
#define NUMBER(member, u, lo, hi)                                                                            \
        .kind = FIELD_NUMBER, AT(member), .unit = &schema_##u, .min = (lo), .max = (hi)
#define LIMIT(member, u, lo, hi)                                                                             \
        .kind = FIELD_LIMIT, AT(member), .unit = &schema_##u, .min = (lo), .max = (hi)
#define MAP(table) .kind = FIELD_MAP, .fields = (table)
#define CUSTOM(function) .kind = FIELD_CUSTOM, .read = (function)

enum {
        SECOND = 1000,
        HOUR = 3600 * 1000,
        COMMAND_ARGS_MAX = 64,
        ALIASES_MAX = 16,
        SUITE_FILES_MAX = 8,
};

/* Placeholders are {lower case}; any other brace is the command's own. */
static int check_argument(const struct yaml *yaml, const struct yaml_node *node, struct error *err)
{
        static const char *const known[] = {"{source}", "{name}", "{files}", NULL};
        const char *open = node->text;

        while ((open = strchr(open, '{')) != NULL) {
                size_t length = strspn(open + 1, "abcdefghijklmnopqrstuvwxyz") + 2;
                size_t i = 0;

                if (length > 2 && open[length - 1] == '}') {
                        while (known[i] != NULL && strncmp(known[i], open, length) != 0)
                                i++;
                        if (known[i] == NULL)
                                return yaml_tree_error(yaml, node->line, err,
                                        "unknown placeholder '%.*s' (there are {source}, {name}, {files})",
                                        (int)length, open);
                        if (i == 2 && strcmp(node->text, "{files}") != 0)
                                return yaml_tree_error(
                                        yaml, node->line, err, "{files} must be an argument of its own");
                }
                open++;
        }
        return 0;
}

static int read_command(
        const struct yaml *yaml, const struct yaml_node *node, struct command *command, struct error *err)
{
        char **argv = schema_list(yaml, node, COMMAND_ARGS_MAX, err);

        if (argv == NULL)
                return -1;
        yaml_tree_strings_free(command->argv);
        command->argv = argv;
        if (argv[0] == NULL)
                return yaml_tree_error(yaml, node->line, err, "'command' must not be empty");
        /* There is no shell and no PATH to look it up in. */
        if (argv[0][0] != '/' && strncmp(argv[0], "./", 2) != 0)
                return yaml_tree_error(yaml, node->items[0]->line, err,
                        "the program must be a path that begins with / or ./, not '%s'", argv[0]);
        for (size_t i = 0; i < node->count; i++)
                if (check_argument(yaml, node->items[i], err) < 0)
                        return -1;
        return 0;
}

static int read_compile(
        const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        return read_command(yaml, node, &((struct language *)target)->compile, err);
}

static int read_run(const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        return read_command(yaml, node, &((struct language *)target)->run, err);
}

static int read_suite_command(
        const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        return read_command(yaml, node, &((struct language *)target)->suite.command, err);
}

static int read_suite_program(
        const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        return read_command(yaml, node, &((struct language *)target)->suite.program, err);
}

static int replace_env(
        const struct yaml *yaml, const struct yaml_node *node, char ***target, struct error *err)
{
        char **env = environment_read(yaml, node, err);

        if (env == NULL)
                return -1;
        yaml_tree_strings_free(*target);
        *target = env;
        return 0;
}

static int read_env(const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        return replace_env(yaml, node, &((struct language *)target)->env, err);
}

static int read_fork_server(
        const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        return replace_env(yaml, node, &((struct language *)target)->fork_server, err);
}

static int read_syntax(const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        struct language *language = target;

        language->syntax = syntax_read(yaml, node, err);
        return language->syntax != NULL ? 0 : -1;
}

static const struct field compile_fields[] = {
        {.key = "command", CUSTOM(read_compile), .required = true},
        {.key = "timeout", NUMBER(compile_timeout_ms, seconds, 100, SETTINGS_STEPS_MAX_MS)},
        {.key = "memory", NUMBER(compile_memory_mib, mib, 8, 64 * 1024)},
        {.key = NULL},
};

static const struct field run_fields[] = {
        {.key = "command", CUSTOM(read_run), .required = true},
        {.key = "fork_server", CUSTOM(read_fork_server)},
        {.key = NULL},
};

static const struct field suite_fields[] = {
        {.key = "command", CUSTOM(read_suite_command), .required = true},
        {.key = "program", CUSTOM(read_suite_program), .required = true},
        {.key = "files", .kind = FIELD_LIST, AT(suite.files), .max = SUITE_FILES_MAX},
        {.key = "program_files", .kind = FIELD_LIST, AT(suite.program_files), .max = SUITE_FILES_MAX},
        {.key = NULL},
};

static const struct field limits_fields[] = {
        {.key = "timeout", LIMIT(timeout_ms, seconds, 10, SETTINGS_STEPS_MAX_MS)},
        {.key = "memory", LIMIT(memory_mib, mib, 8, 64 * 1024)},
        {.key = "cpu", NUMBER(cpu_percent, cpus, 5, 6400)},
        {.key = "processes", NUMBER(processes, count, 4, 4096)},
        {.key = "open_files", NUMBER(open_files, count, 16, 65536)},
        {.key = NULL},
};

static const struct field pool_fields[] = {
        {.key = "warm", NUMBER(warm, count, 0, LANGUAGE_MAX_ANY)},
        {.key = "max", NUMBER(max, count, 1, LANGUAGE_MAX_ANY)},
        {.key = "reuse", NUMBER(reuse, count, 1, 1000000)},
        {.key = "max_age", NUMBER(max_age_ms, seconds, SECOND, 24 * HOUR)},
        {.key = NULL},
};

static const struct field sample_fields[] = {
        {.key = "code", TEXT(sample_code), .required = true},
        {.key = "expected", TEXT(sample_expected), .required = true},
        {.key = NULL},
};

const char *const language_enabled_words[] = {"false", "true", "auto", NULL};

static const struct field fields[] = {
        {.key = "id",
                .kind = FIELD_CHARS,
                AT(id),
                .size = LANGUAGE_ID_SIZE,
                .required = true,
                .filled = true},
        {.key = "name", TEXT(name), .required = true},
        {.key = "version", TEXT(version), .required = true},
        {.key = "aliases", .kind = FIELD_LIST, AT(aliases), .max = ALIASES_MAX},
        {.key = "image", TEXT(image), .required = true},
        {.key = "source", TEXT(source), .required = true},
        {.key = "enabled", .kind = FIELD_WORD, AT(enabled), .words = language_enabled_words},
        {.key = "compile", MAP(compile_fields)},
        {.key = "run", MAP(run_fields), .required = true},
        {.key = "suite", MAP(suite_fields)},
        {.key = "env", CUSTOM(read_env)},
        {.key = "limits", MAP(limits_fields)},
        {.key = "pool", MAP(pool_fields)},
        {.key = "policy", TEXT(policy)},
        {.key = "runtime", TEXT(runtime)},
        {.key = "memory_error", TEXT(memory_error)},
        {.key = "syntax", CUSTOM(read_syntax)},
        {.key = "sample", MAP(sample_fields), .required = true},
        {.key = NULL},
};

/* What holds for keys that the file leaves out. */
static int set_defaults(struct language *language, const struct settings *settings)
{
        const struct limits *limits = &settings->limits;

        language->enabled = LANGUAGE_ON;
        language->compile_timeout_ms = limits->compile_timeout_ms;
        language->compile_memory_mib = limits->compile_memory_mib;
        language->timeout_ms = limits->timeout_ms;
        language->memory_mib = limits->memory_mib;
        language->cpu_percent = 50;
        language->processes = limits->processes;
        language->open_files = limits->open_files;
        language->warm = 1;
        language->max = LANGUAGE_MAX_ANY;
        language->reuse = settings->reuse;
        language->max_age_ms = settings->max_age_ms;
        language->aliases = calloc(1, sizeof *language->aliases);
        language->env = calloc(1, sizeof *language->env);
        language->runtime = strdup("runc");
        return language->aliases != NULL && language->env != NULL && language->runtime != NULL ? 0 : -1;
}

int language_read(
        const char *path, const struct settings *settings, struct language *language, struct error *err)
{
        struct yaml *yaml = yaml_tree_load(path, err);
        int rc = -1;

        if (yaml == NULL)
                return -1;
        language->path = strdup(path);
        if (language->path == NULL || set_defaults(language, settings) < 0) {
                error_set(err, "%s: out of memory", path);
                goto out;
        }
        language->image_line = yaml_tree_line(yaml, "image");
        language->aliases_line = yaml_tree_line(yaml, "aliases");
        language->policy_line = yaml_tree_line(yaml, "policy");
        if (schema_read(yaml, yaml->root, fields, language, err) < 0)
                goto out;
        if (language->syntax == NULL && (language->syntax = syntax_read(yaml, NULL, err)) == NULL)
                goto out;
        rc = language_check(yaml, settings, language, err);
out:
        yaml_tree_free(yaml);
        return rc;
}

void language_clear(struct language *language)
{
        char *texts[] = {language->name, language->version, language->image, language->source,
                language->extension, language->policy, language->runtime, language->memory_error,
                language->sample_code, language->sample_expected, language->path};

        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
                free(texts[i]);
        yaml_tree_strings_free(language->aliases);
        yaml_tree_strings_free(language->compile.argv);
        yaml_tree_strings_free(language->run.argv);
        yaml_tree_strings_free(language->suite.command.argv);
        yaml_tree_strings_free(language->suite.program.argv);
        yaml_tree_strings_free(language->suite.files);
        yaml_tree_strings_free(language->suite.program_files);
        yaml_tree_strings_free(language->env);
        yaml_tree_strings_free(language->fork_server);
        syntax_free(language->syntax);
        *language = (struct language){0};
}

void language_image_missing(const struct language *language, char *text, size_t size)
{
        const char *tag = strrchr(language->image, ':');
        const char *variant = tag != NULL && strchr(tag, '/') == NULL ? tag + 1 : "";
        bool ours = strncmp(language->image, "sandpool/", strlen("sandpool/")) == 0;

        if (ours)
                snprintf(text, size, "%s:%u: image %s does not exist: make images LANGUAGES=%s%s%s",
                        language->path, language->image_line, language->image, language->id,
                        *variant != '\0' ? " VARIANT=" : "", variant);
        else
                snprintf(text, size, "%s:%u: image %s does not exist", language->path, language->image_line,
                        language->image);
}

uint32_t language_idle_memory_mib(const struct language *language)
{
        return language->compile.argv != NULL ? language->compile_memory_mib : language->memory_mib.value;
}
