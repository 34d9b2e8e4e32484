/* Parses and checks the request of --once. */
#include "images/runner/ask.h"

#include "images/runner/files.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TIMEOUT_MIN 0.1

int ask_refuse(struct ask_problem *problem, const char *field, const char *format, ...)
{
        va_list args;
        problem->reason = "invalid_request";
        problem->field = field;
        va_start(args, format);
        vsnprintf(problem->text, sizeof problem->text, format, args);
        va_end(args);
        return -1;
}

int ask_text(json_t *value, const char *field, struct ask_text *text, struct ask_problem *problem)
{
        if (!json_is_string(value))
                return ask_refuse(problem, field, "%s must be a string", field);
        *text = (struct ask_text){json_string_value(value), json_string_length(value)};
        return 0;
}

static int add_file(struct ask *ask, const char *name, size_t length, struct ask_text content,
        struct ask_problem *problem)
{
        if (ask->files == PROTOCOL_FILES_MAX)
                return ask_refuse(problem, "files", "there are more than %d files", PROTOCOL_FILES_MAX);
        if (!files_name_valid(name, length))
                return ask_refuse(problem, "files",
                        "a file's name must be relative, without '..' and without control characters");
        for (size_t i = 0; i < ask->files; i++)
                if (!strcmp(ask->names[i], name))
                        return ask_refuse(problem, "files", "the file '%s' is there twice", name);
        ask->names[ask->files] = name;
        ask->contents[ask->files++] = content;
        return 0;
}

static int take_code(struct ask *ask, const struct recipe *recipe, json_t *value, struct ask_problem *problem)
{
        struct ask_text code;
        if (ask_text(value, "code", &code, problem))
                return -1;
        return add_file(ask, recipe->source, strlen(recipe->source), code, problem);
}

static int take_file(struct ask *ask, json_t *value, struct ask_problem *problem)
{
        const char *key;
        json_t *part;
        struct ask_text name = {NULL, 0}, content = {NULL, 0};
        json_object_foreach(value, key, part)
        {
                if (!strcmp(key, "name") ? ask_text(part, "files.name", &name, problem)
                        : !strcmp(key, "content")
                                ? ask_text(part, "files.content", &content, problem)
                                : ask_refuse(problem, "files", "unknown field '%.40s' of a file", key))
                        return -1;
        }
        if (!name.data || !content.data)
                return ask_refuse(problem, "files", "every file needs a name and a content");
        return add_file(ask, name.data, name.size, content, problem);
}

static int take_files(
        struct ask *ask, const struct recipe *recipe, json_t *value, struct ask_problem *problem)
{
        json_t *item;
        size_t i;
        (void)recipe;
        if (!json_array_size(value))
                return ask_refuse(problem, "files", "files must be a list of at least one file");
        json_array_foreach(value, i, item) if (take_file(ask, item, problem)) return -1;
        return 0;
}

static int take_stdin(
        struct ask *ask, const struct recipe *recipe, json_t *value, struct ask_problem *problem)
{
        (void)recipe;
        return ask_text(value, "stdin", &ask->input, problem);
}

int ask_arguments(json_t *value, const char *field, struct ask_problem *problem)
{
        json_t *item;
        size_t i;
        struct ask_text arg = {NULL, 0};
        if (!json_is_array(value) || json_array_size(value) > ASK_ARGS_MAX)
                return ask_refuse(
                        problem, field, "%s must be a list of at most %d strings", field, ASK_ARGS_MAX);
        json_array_foreach(value, i, item)
        {
                if (ask_text(item, field, &arg, problem))
                        return -1;
                if (memchr(arg.data, '\0', arg.size))
                        return ask_refuse(problem, field, "an argument must not contain a NUL");
        }
        return 0;
}

static int take_args(struct ask *ask, const struct recipe *recipe, json_t *value, struct ask_problem *problem)
{
        (void)recipe;
        ask->args = value;
        return ask_arguments(value, "args", problem);
}

int ask_seconds(const struct recipe *recipe, const char *field, json_t *value, double *seconds,
        struct ask_problem *problem)
{
        *seconds = json_number_value(value);
        if (!json_is_number(value) || !(*seconds >= TIMEOUT_MIN && *seconds <= recipe->timeout_max))
                return ask_refuse(problem, field, "%s must be a number of seconds from %g to %g", field,
                        TIMEOUT_MIN, recipe->timeout_max);
        return 0;
}

static int take_timeout(
        struct ask *ask, const struct recipe *recipe, json_t *value, struct ask_problem *problem)
{
        return ask_seconds(recipe, "timeout", value, &ask->timeout, problem);
}

static int take_language(
        struct ask *ask, const struct recipe *recipe, json_t *value, struct ask_problem *problem)
{
        const char *language = json_string_value(value);
        (void)ask;
        if (!language || strcmp(language, recipe->id))
                return ask_refuse(problem, "language", "this image runs %s", recipe->id);
        return 0;
}

static const struct field {
        const char *name;
        int (*take)(struct ask *ask, const struct recipe *recipe, json_t *value, struct ask_problem *problem);
} fields[] = {
        {"code", take_code},
        {"files", take_files},
        {"stdin", take_stdin},
        {"args", take_args},
        {"timeout", take_timeout},
        {"timeLimit", take_timeout},
        {"time_limit", take_timeout},
        {"testCases", ask_cases},
        {"test_cases", ask_cases},
        {"compare", ask_compare},
        {"stopOnFailure", ask_stop},
        {"stop_on_failure", ask_stop},
        {"language", take_language},
};

#define FIELDS (sizeof fields / sizeof *fields)

/* Two spellings of one field are one too many. */
static int take_field(struct ask *ask, const struct recipe *recipe, const char *key, json_t *value,
        unsigned *seen, struct ask_problem *problem)
{
        for (size_t i = 0; i < FIELDS; i++) {
                if (strcmp(key, fields[i].name))
                        continue;
                for (size_t j = 0; j < FIELDS; j++)
                        if (*seen & 1U << j && fields[j].take == fields[i].take)
                                return ask_refuse(problem, fields[i].name, "%s is given twice", key);
                *seen |= 1U << i;
                return fields[i].take(ask, recipe, value, problem);
        }
        return ask_refuse(problem, NULL, "unknown field '%.60s'", key);
}

int ask_parse(struct ask *ask, const struct recipe *recipe, const char *text, size_t size,
        struct ask_problem *problem)
{
        json_error_t error;
        const char *key;
        json_t *value;
        unsigned seen = 0;
        *ask = (struct ask){.timeout = recipe->timeout};
        *problem = (struct ask_problem){.reason = "invalid_json"};
        if (size > ASK_BODY_MAX) {
                problem->reason = "too_large";
                snprintf(problem->text, sizeof problem->text, "the request is larger than %d bytes",
                        ASK_BODY_MAX);
                return -1;
        }
        ask->root = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
        if (!json_is_object(ask->root)) {
                snprintf(problem->text, sizeof problem->text, "line %d, column %d: %s",
                        ask->root ? 1 : error.line, ask->root ? 1 : error.column,
                        ask->root ? "an object is needed" : error.text);
                return -1;
        }
        json_object_foreach(
                ask->root, key, value) if (take_field(ask, recipe, key, value, &seen, problem)) return -1;
        if (!ask->files || (json_object_get(ask->root, "code") && json_object_get(ask->root, "files")))
                return ask_refuse(problem, "code", "either code or files is needed");
        return 0;
}

void ask_free(struct ask *ask)
{
        json_decref(ask->root);
        ask->root = NULL;
}
