/* The part of a language that its image carries, as JSON for the runner's --once mode. */
#include "fcgi/model/language.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *command_json(const struct command *command)
{
        json_t *list = json_array();

        for (char **argument = command->argv; list != NULL && *argument != NULL; argument++)
                if (json_array_append_new(list, json_string(*argument)) < 0) {
                        json_decref(list);
                        return NULL;
                }
        return list;
}

static json_t *env_json(const struct language *language)
{
        json_t *env = json_object();

        for (char **pair = language->env; env != NULL && *pair != NULL; pair++) {
                const char *equals = strchr(*pair, '=');
                if (json_object_setn_new(env, *pair, (size_t)(equals - *pair), json_string(equals + 1)) < 0) {
                        json_decref(env);
                        return NULL;
                }
        }
        return env;
}

/* Seconds as people write them: 20, or 0.5. */
static json_t *seconds_json(uint32_t ms)
{
        return ms % 1000 == 0 ? json_integer(ms / 1000) : json_real(ms / 1000.0);
}

/* In json_pack, "o" takes over its value, and a NULL makes the whole NULL after releasing the rest. */
char *language_image_config(const struct language *language, const struct settings *settings)
{
        const struct limits *limits = &settings->limits;
        char *text = NULL;
        json_t *root = json_pack("{s:s, s:s, s:s, s:s, s:{s:o}, s:o, s:{s:o, s:o, s:i, s:I, s:I, s:i}}", "id",
                language->id, "name", language->name, "version", language->version, "source",
                language->source, "run", "command", command_json(&language->run), "env", env_json(language),
                "limits", "timeout", seconds_json(language->timeout_ms.value), "timeoutMax",
                seconds_json(language->timeout_ms.max), "memory", (int)language->memory_mib.value,
                "outputBytes", (json_int_t)limits->output_bytes, "fileBytes",
                (json_int_t)limits->file_mib * 1024 * 1024, "openFiles", (int)language->open_files);

        if (root == NULL)
                return NULL;
        if (language->compile.argv != NULL &&
                json_object_set_new(root, "compile",
                        json_pack("{s:o, s:o}", "command", command_json(&language->compile), "timeout",
                                seconds_json(language->compile_timeout_ms))) < 0)
                goto out;
        text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
out:
        json_decref(root);
        return text;
}
