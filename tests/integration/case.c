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
#define ITEMS_MAX 10000
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

static void write_out(json_t *value);

/* The members of {"$repeat": [value, n]}, for a list to take up; NULL when item is something else. */
static json_t *repeated_items(json_t *item)
{
        json_t *repeat = json_object_get(item, "$repeat"), *value = json_array_get(repeat, 0);
        json_int_t times = json_integer_value(json_array_get(repeat, 1));
        json_t *items = value && !json_is_string(value) ? json_array() : NULL;
        for (json_int_t i = 0; items && i < times && i < ITEMS_MAX; i++)
                json_array_append(items, value);
        return items;
}

static void write_out_list(json_t *list)
{
        json_t *text, *items;
        for (size_t i = json_array_size(list); i-- > 0;) {
                json_t *item = json_array_get(list, i);
                if ((text = repeated(item))) {
                        json_array_set_new(list, i, text);
                } else if ((items = repeated_items(item))) {
                        write_out_list(items);
                        json_array_remove(list, i);
                        for (size_t j = 0; j < json_array_size(items); j++)
                                json_array_insert(list, i + j, json_array_get(items, j));
                        json_decref(items);
                } else {
                        write_out(item);
                }
        }
}

/* Write out every $repeat, however deep. */
static void write_out(json_t *value)
{
        void *next;
        const char *key;
        json_t *item, *text;
        if (json_is_array(value))
                write_out_list(value);
        json_object_foreach_safe(value, next, key, item)
        {
                if ((text = repeated(item)))
                        json_object_set_new(value, key, text);
                else
                        write_out(item);
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
        if (!json_object_get(request, "language"))
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

/* Every item of a list fits the one expectation, or each its own, and there are no more. */
static bool each_fits(const json_t *expected, const json_t *list, bool own)
{
        size_t i;
        json_t *item;
        if (!json_is_array(list) || (own && json_array_size(list) != json_array_size(expected)))
                return false;
        json_array_foreach(list, i, item)
        {
                if (compare_value("", own ? json_array_get(expected, i) : expected, item, NULL))
                        return false;
        }
        return true;
}

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
        if (!strcmp(word, "$items"))
                return each_fits(argument, value, true);
        if (!strcmp(word, "$each"))
                return each_fits(argument, value, false);
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

int case_compare_raw(const json_t *expected, const char *bytes, size_t size, struct error *err)
{
        const json_t *most = json_object_get(expected, "$shorterThan");
        size_t i;
        json_t *text;
        if (most && (json_int_t)size >= json_integer_value(most))
                return error_set(err, "the answer has %zu bytes", size);
        json_array_foreach(json_object_get(expected, "$rawLacks"), i, text)
        {
                if (memmem(bytes, size, json_string_value(text), json_string_length(text)))
                        return error_set(err, "the answer has '%s' in it", json_string_value(text));
        }
        return 0;
}
