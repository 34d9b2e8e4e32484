/* The exercise of a request: which one, and what it means for the rest. */
#include "fcgi/model/request_parse.h"

#include <string.h>

static int unknown_exercise(const struct parse *parse, const char *field, const char *name)
{
        const struct exercises *exercises = parse->catalog->exercises;
        const char *known[EXERCISES_MAX + 1] = {NULL};

        for (size_t i = 0; exercises != NULL && i < exercises->count; i++)
                known[i] = exercises->list[i].id;
        return request_unknown_name(parse, field, "exercise", "unknown_exercise", name, known);
}

int request_read_exercise(struct parse *parse, const char *field, const json_t *value)
{
        if (!json_is_string(value))
                return request_refuse(parse, field, "%s must be a string", field);
        if (!request_has_control(value))
                parse->request->exercise =
                        exercises_find(parse->catalog->exercises, json_string_value(value));
        return parse->request->exercise != NULL ? 0
                                                : unknown_exercise(parse, field, json_string_value(value));
}

/* The settings' default where the exercise offers it, else its first one. */
static const struct language *default_language(const struct parse *parse)
{
        const struct exercise *exercise = parse->request->exercise;
        const struct language *language =
                registry_find(parse->catalog->registry, parse->catalog->settings->default_language);

        if (language != NULL && exercise_in(exercise, language) != NULL)
                return language;
        for (size_t i = 0; i < exercise->language_count; i++)
                if (exercise->languages[i].language->enabled)
                        return exercise->languages[i].language;
        return NULL;
}

int request_exercise_language(struct parse *parse)
{
        struct request *request = parse->request;

        if (request->language == NULL)
                request->language = default_language(parse);
        request->offer = request->language != NULL ? exercise_in(request->exercise, request->language) : NULL;
        if (request->offer == NULL)
                return request_refuse(parse, "language", "exercise '%s' is not offered in %s",
                        request->exercise->id,
                        request->language != NULL ? request->language->id : "any language");
        return 0;
}

int request_exercise_apply(struct parse *parse)
{
        struct request *request = parse->request;
        const struct exercise *exercise = request->exercise;

        if (exercise->policy != NULL)
                request->policy = exercise->policy;
        if (exercise->timeout_ms != 0)
                request->timeout_ms = exercise->timeout_ms;
        if (exercise->memory_mib != 0)
                request->memory_mib = exercise->memory_mib;
        request->tests = exercise->tests;
        return 0;
}

/* Whether both cannot lie in one folder: the same name, or one the other's folder. */
static bool collide(const char *file, const char *other)
{
        size_t length = strlen(other);

        return strncmp(file, other, length) == 0 && (file[length] == '\0' || file[length] == '/');
}

static int check_names(const struct parse *parse)
{
        const struct request *request = parse->request;

        for (size_t i = 0; i < request->offer->file_count; i++)
                for (size_t j = 0; j < request->file_count; j++)
                        if (collide(request->files[j].name, request->offer->files[i].name))
                                return request_refuse(parse, "files",
                                        "files: the name %s belongs to the exercise",
                                        request->offer->files[i].name);
        if (request->offer->harness && strcmp(request->files[0].name, request->language->source) != 0)
                return request_refuse(parse, "files", "files: the entry must be called %s in this exercise",
                        request->language->source);
        return 0;
}

int request_exercise_check(struct parse *parse)
{
        const struct request *request = parse->request;
        const struct exercise *exercise = request->exercise;

        if (exercise->timeout_ms != 0 && request->timeout_ms > exercise->timeout_ms)
                return request_refuse(parse, "timeout", "exercise '%s' allows at most %.10g seconds",
                        exercise->id, exercise->timeout_ms / 1000.0);
        if (exercise->memory_mib != 0 && request->memory_mib > exercise->memory_mib)
                return request_refuse(parse, "memoryLimit", "exercise '%s' allows at most %u MiB",
                        exercise->id, exercise->memory_mib);
        return check_names(parse);
}
