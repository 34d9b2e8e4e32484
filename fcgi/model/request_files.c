/* The program of a request: `code`, or `files` with names that cannot lead out of the workspace. */
#include "fcgi/model/request_parse.h"

#include "fcgi/model/base64.h"
#include "images/runner/protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMPONENTS_MAX = 8, FIELD_SIZE = 64 };

int request_read_code(struct parse *parse, const char *field, const json_t *value)
{
        const struct limits *limits = &parse->catalog->settings->limits;
        struct request *request = parse->request;

        if (!json_is_string(value))
                return request_refuse(parse, field, "%s must be a string", field);
        if (json_string_length(value) == 0)
                return request_refuse(parse, field, "%s must not be empty", field);
        if (json_string_length(value) > limits->code_bytes)
                return request_refuse(parse, field, "%s must be at most %u bytes, it has %zu", field,
                        limits->code_bytes, json_string_length(value));
        request->files = calloc(1, sizeof *request->files);
        if (request->files == NULL)
                return request_no_memory(parse);
        request->file_count = 1;
        request->single = true;
        request->files[0].name = strdup(request->language->source);
        request->files[0].data = request_copy(value, &request->files[0].size);
        if (request->files[0].name == NULL || request->files[0].data == NULL)
                return request_no_memory(parse);
        return 0;
}

/* What is wrong with a name, or NULL. The runner checks again: this is to tell people in words. */
static const char *name_problem(const char *name, size_t length)
{
        size_t components = 1;

        if (length == 0)
                return "must not be empty";
        if (length > PROTOCOL_PATH_MAX)
                return "is too long (255 bytes at most)";
        for (size_t i = 0; i < length; i++)
                if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
                        return "must not contain control characters";
        if (name[0] == '/')
                return "must be relative";
        for (const char *at = name;; at++) {
                size_t size = strcspn(at, "/");
                if (size == 0 || (size == 1 && at[0] == '.') || (size == 2 && at[0] == '.' && at[1] == '.'))
                        return "must not have empty, '.' or '..' parts";
                at += size;
                if (*at == '\0')
                        break;
                if (++components > COMPONENTS_MAX)
                        return "is too deep (8 parts at most)";
        }
        return NULL;
}

/* Whether one of two different files would have to be a folder of the other. */
static bool is_folder_of(const char *folder, const char *name)
{
        size_t length = strlen(folder);

        return strncmp(folder, name, length) == 0 && name[length] == '/';
}

static int read_name(struct parse *parse, const char *field, const json_t *value, struct request_file *file)
{
        const struct request *request = parse->request;
        const char *problem;
        size_t length;

        if (!json_is_string(value))
                return request_refuse(parse, field, "%s must be a string", field);
        problem = name_problem(json_string_value(value), json_string_length(value));
        if (problem != NULL)
                return request_refuse(parse, field, "%s %s", field, problem);
        file->name = request_copy(value, &length);
        if (file->name == NULL)
                return request_no_memory(parse);
        for (const struct request_file *other = request->files; other < file; other++) {
                if (strcmp(other->name, file->name) == 0)
                        return request_refuse(parse, field, "%s: this name is there twice", field);
                if (is_folder_of(other->name, file->name) || is_folder_of(file->name, other->name))
                        return request_refuse(
                                parse, field, "%s: one name cannot be both a file and a folder", field);
        }
        return 0;
}

/* Returns 0 and whether it is base64, or refuses. */
static int read_encoding(const struct parse *parse, const char *field, const json_t *value, bool *base64)
{
        *base64 = request_is(value, "base64");
        if (value == NULL || json_is_null(value) || request_is(value, "utf8"))
                return 0;
        return *base64 ? 0 : request_refuse(parse, field, "%s must be \"utf8\" or \"base64\"", field);
}

static int read_content(
        struct parse *parse, const char *field, const json_t *value, bool base64, struct request_file *file)
{
        size_t length;
        long size;

        if (!json_is_string(value))
                return request_refuse(parse, field, "%s must be a string", field);
        file->data = request_copy(value, &file->size);
        if (file->data == NULL)
                return request_no_memory(parse);
        if (!base64)
                return 0;
        length = file->size;
        size = base64_decode(file->data, length, file->data); /* in place: it never overtakes what it reads */
        if (size < 0)
                return request_refuse(parse, field, "%s is not valid base64", field);
        file->size = (size_t)size;
        return 0;
}

static int read_file(struct parse *parse, const char *field, const json_t *value, struct request_file *file)
{
        static const char *const known[] = {"name", "content", "encoding", NULL};
        char name_field[FIELD_SIZE + 16], content_field[FIELD_SIZE + 16], encoding_field[FIELD_SIZE + 16];
        const char *key;
        json_t *item;
        bool base64;
        int rc;

        if (!json_is_object(value))
                return request_refuse(parse, field, "%s must be an object with name and content", field);
        json_object_foreach((json_t *)value, key, item)
        {
                size_t i = 0;
                while (known[i] != NULL && strcmp(known[i], key) != 0)
                        i++;
                if (known[i] == NULL)
                        return request_unknown(parse, field, key, known);
        }
        snprintf(name_field, sizeof name_field, "%s.name", field);
        snprintf(content_field, sizeof content_field, "%s.content", field);
        snprintf(encoding_field, sizeof encoding_field, "%s.encoding", field);
        rc = read_name(parse, name_field, json_object_get(value, "name"), file);
        if (rc == 0)
                rc = read_encoding(parse, encoding_field, json_object_get(value, "encoding"), &base64);
        if (rc == 0)
                rc = read_content(parse, content_field, json_object_get(value, "content"), base64, file);
        return rc;
}

/* Move the entry to the front, the others keep their order. */
static int place_entry(struct parse *parse, const char *field)
{
        struct request *request = parse->request;
        struct request_file entry;
        size_t at = 0;

        while (parse->entry != NULL && at < request->file_count &&
                strcmp(request->files[at].name, parse->entry) != 0)
                at++;
        if (at == request->file_count)
                return request_refuse(parse, "entry", "entry must be the name of one of the files");
        if (request->files[at].size == 0)
                return request_refuse(parse, field, "the entry file must not be empty");
        entry = request->files[at];
        memmove(&request->files[1], &request->files[0], at * sizeof entry);
        request->files[0] = entry;
        return 0;
}

int request_read_files(struct parse *parse, const char *field, const json_t *value)
{
        const struct limits *limits = &parse->catalog->settings->limits;
        struct request *request = parse->request;
        size_t count = json_array_size(value), total = 0;

        if (!json_is_array(value))
                return request_refuse(parse, field, "%s must be a list of objects", field);
        if (count < 1 || count > limits->files)
                return request_refuse(
                        parse, field, "%s must have 1 to %u entries, not %zu", field, limits->files, count);
        request->files = calloc(count, sizeof *request->files);
        if (request->files == NULL)
                return request_no_memory(parse);
        for (size_t i = 0; i < count; i++) {
                char name[FIELD_SIZE];
                int rc;

                snprintf(name, sizeof name, "%s[%zu]", field, i);
                request->file_count = i + 1; /* so that request_free sees what was read of it */
                rc = read_file(parse, name, json_array_get(value, i), &request->files[i]);
                if (rc != 0)
                        return rc;
                total += request->files[i].size;
        }
        if (total > limits->code_bytes)
                return request_refuse(parse, field, "%s must be at most %u bytes together, they have %zu",
                        field, limits->code_bytes, total);
        return place_entry(parse, field);
}
