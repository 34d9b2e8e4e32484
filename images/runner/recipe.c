/* Reads the image's language and makes commands of it. */
#include "images/runner/recipe.h"

#include "images/runner/fault.h"

#include <string.h>

#define ARGUMENT_MAX 4096

static bool is_list_of_strings(json_t *list)
{
        json_t *item;
        size_t i;
        if (!json_array_size(list))
                return false;
        json_array_foreach(list, i, item) if (!json_is_string(item)) return false;
        return true;
}

static bool is_object_of_strings(json_t *object)
{
        const char *key;
        json_t *value;
        json_object_foreach(object, key, value) if (!json_is_string(value)) return false;
        return json_is_object(object);
}

static bool in_range(const struct recipe *recipe)
{
        return recipe->timeout > 0 && recipe->timeout_max >= recipe->timeout && recipe->timeout_max <= 3600 &&
               recipe->compile_timeout > 0 && recipe->compile_timeout <= 3600 && recipe->output_bytes > 0 &&
               recipe->output_bytes <= 64 << 20 && recipe->file_bytes > 0 &&
               recipe->file_bytes <= UINT32_MAX && recipe->open_files >= 16 &&
               recipe->open_files <= 1 << 20 && recipe->memory_mib > 0;
}

void recipe_load(struct recipe *recipe, const char *path)
{
        json_error_t problem;
        *recipe = (struct recipe){.compile_timeout = 1};
        recipe->root = json_load_file(path, JSON_REJECT_DUPLICATES, &problem);
        if (!recipe->root)
                fault_exit("%s:%d: %s", path, problem.line, problem.text);
        if (json_unpack_ex(recipe->root, &problem, 0,
                    "{s:s, s:s, s:s, s:s, s:{s:o}, s:o, s:{s:F, s:F, s:I, s:I, s:I, s:I}, s?{s:o, s:F}}",
                    "id", &recipe->id, "name", &recipe->name, "version", &recipe->version, "source",
                    &recipe->source, "run", "command", &recipe->run, "env", &recipe->env, "limits", "timeout",
                    &recipe->timeout, "timeoutMax", &recipe->timeout_max, "memory", &recipe->memory_mib,
                    "outputBytes", &recipe->output_bytes, "fileBytes", &recipe->file_bytes, "openFiles",
                    &recipe->open_files, "compile", "command", &recipe->compile, "timeout",
                    &recipe->compile_timeout))
                fault_exit("%s: %s", path, problem.text);
        if (!is_list_of_strings(recipe->run) || (recipe->compile && !is_list_of_strings(recipe->compile)) ||
                !is_object_of_strings(recipe->env) || !in_range(recipe))
                fault_exit("%s: a command, the environment or a limit is not what it must be", path);
}

void recipe_free(struct recipe *recipe)
{
        json_decref(recipe->root);
        recipe->root = NULL;
}

static const char *extension_of(const char *name)
{
        const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;
        const char *dot = strrchr(base, '.');
        return dot && dot != base ? dot : base + strlen(base);
}

struct argument {
        char text[ARGUMENT_MAX];
        size_t size;
        bool overflow;
};

static void append(struct argument *argument, const char *text, size_t length)
{
        if (length >= sizeof argument->text - argument->size) {
                argument->overflow = true;
                return;
        }
        memcpy(argument->text + argument->size, text, length);
        argument->size += length;
}

/* A name that begins with - or @ is an option or a list of options to most programs. */
static void append_name(struct argument *argument, const char *name)
{
        if (*name == '-' || *name == '@')
                append(argument, "./", 2);
        append(argument, name, strlen(name));
}

static int add_expanded(struct plan *plan, const char *pattern, const char *entry)
{
        struct argument argument = {.size = 0};
        while (*pattern) {
                if (!strncmp(pattern, "{source}", 8)) {
                        append_name(&argument, entry);
                        pattern += 8;
                } else if (!strncmp(pattern, "{name}", 6)) {
                        append(&argument, entry, (size_t)(extension_of(entry) - entry));
                        pattern += 6;
                } else {
                        append(&argument, pattern++, 1);
                }
        }
        return argument.overflow ? -1 : plan_add_arg(plan, 0, argument.text, argument.size);
}

static int add_files(const struct recipe *recipe, const char *const *names, size_t count, struct plan *plan)
{
        const char *wanted = extension_of(recipe->source);
        for (size_t i = 0; i < count; i++)
                if ((!i || !strcmp(extension_of(names[i]), wanted)) &&
                        add_expanded(plan, "{source}", names[i]))
                        return -1;
        return 0;
}

static int add_env(struct plan *plan, const char *key, const char *value)
{
        struct argument pair = {.size = 0};
        append(&pair, key, strlen(key));
        append(&pair, "=", 1);
        append(&pair, value, strlen(value));
        return pair.overflow ? -1 : plan_add_env(plan, 0, pair.text, pair.size);
}

int recipe_plan(const struct recipe *recipe, json_t *command, const char *const *names, size_t count,
        struct plan *plan)
{
        json_t *item;
        size_t i;
        const char *key;
        json_array_foreach(command, i, item)
        {
                const char *pattern = json_string_value(item);
                if (strcmp(pattern, "{files}") ? add_expanded(plan, pattern, names[0])
                                               : add_files(recipe, names, count, plan))
                        return -1;
        }
        json_object_foreach(
                recipe->env, key, item) if (add_env(plan, key, json_string_value(item))) return -1;
        return 0;
}
