/* Reads a case's folder and compares answers with what it expects. */
#include "tests/integration/case.h"

#include "fcgi/base/buffer.h"
#include "fcgi/base/io.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (4 << 20)
#define TEXT_MAX (16 << 20)
#define SHOWN 160

/* The text of {"$repeat": ["text", n]}, or NULL when value is something else. */
static json_t *repeated(const json_t *value)
{
        const json_t *repeat = json_object_get(value, "$repeat");
        const char *text = json_string_value(json_array_get(repeat, 0));
        json_int_t times = json_integer_value(json_array_get(repeat, 1));
        struct buffer made = BUFFER_MAX(TEXT_MAX);
        json_t *string = NULL;
        if (!text)
                return NULL;
        for (json_int_t i = 0; i < times; i++)
                if (buffer_add_string(&made, text))
                        goto out;
        string = json_stringn(made.data ? made.data : "", made.size);
out:
        buffer_clear(&made);
        return string;
}

/* Write out the $repeat of every member (of lists too, one level down: args). */
static void write_out(json_t *object)
{
        void *next;
        const char *key;
        json_t *value, *item, *text;
        size_t i;
        json_object_foreach_safe(object, next, key, value)
        {
                if ((text = repeated(value)))
                        json_object_set_new(object, key, text);
                json_array_foreach(value, i, item)
                {
                        if ((text = repeated(item)))
                                json_array_set_new(value, i, text);
                }
        }
}

static json_t *load(const char *folder, const char *name, struct error *err)
{
        char path[600];
        json_error_t problem;
        snprintf(path, sizeof path, "%s/%s", folder, name);
        json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &problem);
        if (!json || !json_is_object(json)) {
                error_set(err, "%s:%d: %s", path, problem.line, problem.text);
                json_decref(json);
                return NULL;
        }
        return json;
}

static int add_code(const char *folder, json_t *request, struct error *err)
{
        int rc = 0;
        DIR *dir = opendir(folder);
        if (!dir)
                return error_errno(err, "%s", folder);
        for (struct dirent *entry; rc == 0 && (entry = readdir(dir));) {
                char path[900], *text = NULL;
                if (strncmp(entry->d_name, "code.", 5))
                        continue;
                snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
                ssize_t size = io_read_file(path, FILE_MAX, &text, err);
                json_t *code = size < 0 ? NULL : json_stringn(text, (size_t)size);
                free(text);
                rc = code ? json_object_set_new(request, "code", code)
                          : error_set(err, "%s cannot be read, or is not UTF-8", path);
        }
        closedir(dir);
        return rc;
}

json_t *case_request(const char *folder, const char *language, struct error *err)
{
        json_t *request = load(folder, "request.json", err);
        if (!request)
                return NULL;
        write_out(request);
        json_object_set_new(request, "language", json_string(language));
        if (add_code(folder, request, err) == 0)
                return request;
        json_decref(request);
        return NULL;
}

json_t *case_expectation(const char *folder, struct error *err)
{
        json_t *expected = load(folder, "expect.json", err);
        if (expected)
                write_out(expected);
        return expected;
}

static int differs(const char *key, const json_t *expected, const json_t *value, struct error *err)
{
        char *want = json_dumps(expected, JSON_ENCODE_ANY | JSON_COMPACT);
        char *have = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
        error_set(err, "%s is %.*s (%zu), expected %.*s (%zu)", key, SHOWN, have ? have : "absent",
                json_string_length(value), SHOWN, want ? want : "?", json_string_length(expected));
        free(want);
        free(have);
        return -1;
}

static int compare_value(const char *key, const json_t *expected, const json_t *value, struct error *err);

static bool holds(const char *word, const json_t *argument, const json_t *value)
{
        const char *text = json_string_value(value);
        if (!strcmp(word, "$absent"))
                return !value;
        if (!strcmp(word, "$contains"))
                return text && strstr(text, json_string_value(argument));
        if (!strcmp(word, "$lacks"))
                return text && !strstr(text, json_string_value(argument));
        if (!strcmp(word, "$length"))
                return text && (json_int_t)json_string_length(value) == json_integer_value(argument);
        if (!strcmp(word, "$atLeast"))
                return json_is_number(value) && json_number_value(value) >= json_number_value(argument);
        if (!strcmp(word, "$atMost"))
                return json_is_number(value) && json_number_value(value) <= json_number_value(argument);
        if (!strcmp(word, "$count"))
                return json_is_array(value) &&
                       (json_int_t)json_array_size(value) == json_integer_value(argument);
        if (!strcmp(word, "$first"))
                return compare_value("[0]", argument, json_array_get(value, 0), NULL) == 0;
        return false;
}

/* An object is a list of conditions where its keys begin with $, else it is compared member by member. */
static int compare_value(const char *key, const json_t *expected, const json_t *value, struct error *err)
{
        const char *word;
        json_t *argument;
        if (!json_is_object(expected))
                return value && json_equal(expected, value) ? 0 : differs(key, expected, value, err);
        json_object_foreach((json_t *)expected, word, argument)
        {
                if (*word == '$' ? !holds(word, argument, value)
                                 : compare_value(word, argument, json_object_get(value, word), err))
                        return differs(key, expected, value, err);
        }
        return 0;
}

int case_compare(const json_t *expected, const json_t *answer, struct error *err)
{
        const char *key;
        json_t *value;
        json_object_foreach((json_t *)expected, key, value)
        {
                if (*key != '$' && compare_value(key, value, json_object_get(answer, key), err))
                        return -1;
        }
        return 0;
}
