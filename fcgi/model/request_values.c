/* The single values of a request: language, limits, input, arguments. */
#include "fcgi/model/request_parse.h"

#include "fcgi/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool request_has_control(const json_t *string)
{
        const char *text = json_string_value(string);

        for (size_t i = 0; i < json_string_length(string); i++)
                if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
                        return true;
        return false;
}

int request_unknown_name(const struct parse *parse, const char *field, const char *what, const char *reason,
        const char *name, const char *const *known)
{
        const char *nearest = text_nearest(name, known);
        char shown[64];

        request_show(name, shown);
        if (nearest != NULL)
                request_refuse(parse, field, "unknown %s '%s' (did you mean '%s'?)", what, shown, nearest);
        else
                request_refuse(parse, field, "unknown %s '%s'", what, shown);
        parse->refusal->reason = reason;
        return 1;
}

static int unknown_language(const struct parse *parse, const char *field, const char *name)
{
        const struct registry *registry = parse->catalog->registry;
        const char *known[LANGUAGES_MAX + 1] = {NULL};
        size_t count = 0;

        for (size_t i = 0; i < registry->count; i++)
                if (registry->languages[i].enabled)
                        known[count++] = registry->languages[i].id;
        return request_unknown_name(parse, field, "language", "unknown_language", name, known);
}

int request_read_language(struct parse *parse, const char *field, const json_t *value)
{
        if (!json_is_string(value))
                return request_refuse(parse, field, "%s must be a string", field);
        if (!request_has_control(value))
                parse->request->language = registry_find(parse->catalog->registry, json_string_value(value));
        return parse->request->language != NULL ? 0
                                                : unknown_language(parse, field, json_string_value(value));
}

int request_read_policy(struct parse *parse, const char *field, const json_t *value)
{
        char **selectable = parse->catalog->settings->selectable_policies;
        const char *id;

        if (!json_is_string(value))
                return request_refuse(parse, field, "%s must be a string", field);
        if (*selectable == NULL)
                return request_refuse(parse, field, "%s cannot be chosen by requests here", field);
        id = request_has_control(value) ? "" : json_string_value(value);
        while (*selectable != NULL && strcmp(*selectable, id) != 0)
                selectable++;
        if (*selectable == NULL)
                return request_refuse(
                        parse, field, "%s is none of those that requests may choose here", field);
        parse->request->policy = policies_find(parse->catalog->policies, id);
        return parse->request->policy != NULL ? 0 : error_set(parse->err, "policy '%s' is not loaded", id);
}

/* A number that becomes ms by the factor. */
static int read_time(struct parse *parse, const char *field, const json_t *value, double factor,
        const char *unit, uint32_t *time_ms)
{
        const struct limit *limit = &parse->request->language->timeout_ms;
        double ms;

        if (!json_is_number(value))
                return request_refuse(parse, field, "%s must be a number (%s)", field, unit);
        ms = json_number_value(value) * factor + 0.5; /* to be cut to a whole number */
        if (!(ms >= limit->min && ms < limit->max + 1.0))
                return request_refuse(parse, field, "%s must be between %.10g and %.10g %s", field,
                        limit->min / factor, limit->max / factor, unit);
        *time_ms = (uint32_t)ms;
        return 0;
}

int request_seconds(struct parse *parse, const char *field, const json_t *value, uint32_t *ms)
{
        return read_time(parse, field, value, 1000, "seconds", ms);
}

int request_read_seconds(struct parse *parse, const char *field, const json_t *value)
{
        return request_seconds(parse, field, value, &parse->request->timeout_ms);
}

int request_read_milliseconds(struct parse *parse, const char *field, const json_t *value)
{
        return read_time(parse, field, value, 1, "milliseconds", &parse->request->timeout_ms);
}

int request_read_memory(struct parse *parse, const char *field, const json_t *value)
{
        const struct limit *limit = &parse->request->language->memory_mib;
        double mib = json_number_value(value);

        if (!json_is_number(value))
                return request_refuse(parse, field, "%s must be a whole number (MiB)", field);
        if (!(mib >= limit->min && mib <= limit->max) || mib != (uint32_t)mib)
                return request_refuse(parse, field, "%s must be a whole number between %u and %u MiB", field,
                        limit->min, limit->max);
        parse->request->memory_mib = (uint32_t)mib;
        return 0;
}

int request_read_entry(struct parse *parse, const char *field, const json_t *value)
{
        if (!json_is_string(value) || request_has_control(value))
                return request_refuse(parse, field, "%s must be the name of one of the files", field);
        parse->entry = json_string_value(value);
        return 0;
}

int request_read_stdin(struct parse *parse, const char *field, const json_t *value)
{
        const uint32_t max = parse->catalog->settings->limits.stdin_bytes;

        if (!json_is_string(value))
                return request_refuse(parse, field, "%s must be a string", field);
        if (json_string_length(value) > max)
                return request_refuse(parse, field, "%s must be at most %u bytes, it has %zu", field, max,
                        json_string_length(value));
        if (json_string_length(value) == 0)
                return 0;
        parse->request->input = request_copy(value, &parse->request->input_size);
        return parse->request->input != NULL ? 0 : request_no_memory(parse);
}

static int read_arg(struct parse *parse, const char *field, const json_t *value, char **arg)
{
        const uint32_t max = parse->catalog->settings->limits.arg_bytes;
        size_t size;

        if (!json_is_string(value))
                return request_refuse(parse, field, "%s must be a string", field);
        if (json_string_length(value) > max)
                return request_refuse(parse, field, "%s must be at most %u bytes, it has %zu", field, max,
                        json_string_length(value));
        if (memchr(json_string_value(value), 0, json_string_length(value)) != NULL)
                return request_refuse(parse, field, "%s must not contain a NUL character", field);
        *arg = request_copy(value, &size);
        return *arg != NULL ? 0 : request_no_memory(parse);
}

int request_args(struct parse *parse, const char *field, const json_t *value, char ***into)
{
        const uint32_t max = parse->catalog->settings->limits.args;
        size_t count = json_array_size(value);
        char name[64];
        char **args;
        int rc = 0;

        if (!json_is_array(value))
                return request_refuse(parse, field, "%s must be a list of strings", field);
        if (count > max)
                return request_refuse(
                        parse, field, "%s must have at most %u entries, not %zu", field, max, count);
        args = calloc(count + 1, sizeof *args);
        if (args == NULL)
                return request_no_memory(parse);
        language_argv_free(*into);
        *into = args;
        for (size_t i = 0; rc == 0 && i < count; i++) {
                snprintf(name, sizeof name, "%s[%zu]", field, i);
                rc = read_arg(parse, name, json_array_get(value, i), &args[i]);
        }
        return rc;
}

int request_read_args(struct parse *parse, const char *field, const json_t *value)
{
        return request_args(parse, field, value, &parse->request->args);
}

int request_read_user(struct parse *parse, const char *field, const json_t *value)
{
        const size_t max = sizeof parse->request->user_id - 1;

        if (!json_is_string(value))
                return request_refuse(parse, field, "%s must be a string", field);
        if (json_string_length(value) > max)
                return request_refuse(parse, field, "%s must be at most %zu bytes", field, max);
        if (request_has_control(value))
                return request_refuse(parse, field, "%s must not contain control characters", field);
        memcpy(parse->request->user_id, json_string_value(value), json_string_length(value) + 1);
        return 0;
}

int request_read_output_encoding(struct parse *parse, const char *field, const json_t *value)
{
        parse->request->output_base64 = request_is(value, "base64");
        if (!parse->request->output_base64 && !request_is(value, "utf8"))
                return request_refuse(parse, field, "%s must be \"utf8\" or \"base64\"", field);
        return 0;
}
