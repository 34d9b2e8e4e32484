/* Validates answers by the schemas of nginx/www/openapi.yaml: the part of JSON Schema that it uses, and no
 * keyword silently left out. */
#include "tests/integration/openapi.h"

#include "tests/integration/service_places.h"

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define DEPTH_MAX 40

static json_t *contract; /* for the life of the process */

/* A plain scalar is what YAML's core schema says; a quoted one is a string. */
static json_t *scalar(const yaml_node_t *node)
{
        const char *text = (const char *)node->data.scalar.value;
        char *end;
        if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
                return json_string(text);
        if (!strcmp(text, "null") || !*text)
                return json_null();
        if (!strcmp(text, "true") || !strcmp(text, "false"))
                return json_boolean(*text == 't');
        long long integer = strtoll(text, &end, 10);
        if (!*end)
                return json_integer(integer);
        double real = strtod(text, &end);
        return *end ? json_string(text) : json_real(real);
}

static json_t *convert(yaml_document_t *document, int number, int depth)
{
        yaml_node_t *node = yaml_document_get_node(document, number);
        json_t *made = NULL;
        if (!node || depth > DEPTH_MAX)
                return NULL;
        if (node->type == YAML_SCALAR_NODE)
                return scalar(node);
        if (node->type == YAML_SEQUENCE_NODE) {
                made = json_array();
                for (yaml_node_item_t *item = node->data.sequence.items.start;
                        item < node->data.sequence.items.top; item++)
                        json_array_append_new(made, convert(document, *item, depth + 1));
        } else {
                made = json_object();
                for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
                        pair < node->data.mapping.pairs.top; pair++) {
                        yaml_node_t *key = yaml_document_get_node(document, pair->key);
                        json_object_set_new(made, (const char *)key->data.scalar.value,
                                convert(document, pair->value, depth + 1));
                }
        }
        return made;
}

static int load(struct error *err)
{
        char path[512];
        yaml_parser_t parser;
        yaml_document_t document;
        service_source_path("nginx/www/openapi.yaml", path, sizeof path);
        FILE *file = fopen(path, "re");
        if (!file)
                return error_errno(err, "%s", path);
        yaml_parser_initialize(&parser);
        yaml_parser_set_input_file(&parser, file);
        if (yaml_parser_load(&parser, &document)) {
                contract = convert(&document, 1, 0); /* nodes count from 1, the root is the first */
                yaml_document_delete(&document);
        }
        yaml_parser_delete(&parser);
        fclose(file);
        return contract ? 0 : error_set(err, "%s is not YAML that we can read", path);
}

/* Follow "$ref": "#/a/b/c" to its end. NULL when it leads nowhere. */
static const json_t *resolve(const json_t *value)
{
        const char *ref;
        for (int i = 0; i < DEPTH_MAX && (ref = json_string_value(json_object_get(value, "$ref"))); i++) {
                char path[256], *rest = path;
                snprintf(path, sizeof path, "%s", ref);
                value = strsep(&rest, "/") && !strcmp(path, "#") ? contract : NULL;
                for (char *key; value && (key = strsep(&rest, "/"));)
                        value = json_object_get(value, key);
        }
        return value;
}

static int validate(const json_t *schema, const json_t *value, const char *where, struct error *err);

static bool is_type(const char *type, const json_t *value)
{
        return (!strcmp(type, "object") && json_is_object(value)) ||
               (!strcmp(type, "array") && json_is_array(value)) ||
               (!strcmp(type, "string") && json_is_string(value)) ||
               (!strcmp(type, "integer") && json_is_integer(value)) ||
               (!strcmp(type, "number") && json_is_number(value)) ||
               (!strcmp(type, "boolean") && json_is_boolean(value)) ||
               (!strcmp(type, "null") && json_is_null(value));
}

static int check_type(const json_t *argument, const json_t *value, const char *where, struct error *err)
{
        size_t i;
        json_t *type;
        if (json_is_string(argument) && is_type(json_string_value(argument), value))
                return 0;
        json_array_foreach(argument, i, type)
        {
                if (is_type(json_string_value(type), value))
                        return 0;
        }
        return error_set(err, "%s is of a wrong type", where);
}

static int check_enum(const json_t *argument, const json_t *value, const char *where, struct error *err)
{
        size_t i;
        json_t *one;
        json_array_foreach(argument, i, one)
        {
                if (json_equal(one, value))
                        return 0;
        }
        return error_set(err, "%s is none of the words that it may be", where);
}

static int check_pattern(const json_t *argument, const json_t *value, const char *where, struct error *err)
{
        regex_t regex;
        if (!json_is_string(value))
                return 0;
        if (regcomp(&regex, json_string_value(argument), REG_EXTENDED | REG_NOSUB))
                return error_set(err, "%s: pattern %s", where, json_string_value(argument));
        int rc = regexec(&regex, json_string_value(value), 0, NULL, 0);
        regfree(&regex);
        return rc ? error_set(err, "%s does not match %s", where, json_string_value(argument)) : 0;
}

static int check_required(const json_t *argument, const json_t *value, const char *where, struct error *err)
{
        size_t i;
        json_t *name;
        json_array_foreach(argument, i, name)
        {
                if (json_is_object(value) && !json_object_get(value, json_string_value(name)))
                        return error_set(err, "%s.%s is missing", where, json_string_value(name));
        }
        return 0;
}

/* properties and additionalProperties, which only make sense together. */
static int check_members(const json_t *schema, const json_t *value, const char *where, struct error *err)
{
        const json_t *properties = json_object_get(schema, "properties");
        const json_t *others = json_object_get(schema, "additionalProperties");
        const char *name;
        json_t *member;
        json_object_foreach((json_t *)value, name, member)
        {
                char place[256];
                const json_t *property = json_object_get(properties, name);
                snprintf(place, sizeof place, "%s.%s", where, name);
                if (!property && json_is_false(others))
                        return error_set(err, "%s is not in the contract", place);
                if (!property && json_is_object(others))
                        property = others;
                if (property && validate(property, member, place, err))
                        return -1;
        }
        return 0;
}

static int check_items(const json_t *argument, const json_t *value, const char *where, struct error *err)
{
        size_t i;
        json_t *item;
        json_array_foreach(value, i, item)
        {
                char place[256];
                snprintf(place, sizeof place, "%s[%zu]", where, i);
                if (validate(argument, item, place, err))
                        return -1;
        }
        return 0;
}

static int check_one_of(const json_t *argument, const json_t *value, const char *where, struct error *err)
{
        size_t i, matches = 0;
        json_t *schema;
        struct error last = {0};
        json_array_foreach(argument, i, schema)
        {
                struct error why = {0};
                if (validate(schema, value, where, &why) == 0)
                        matches++;
                else
                        last = why;
        }
        return matches == 1 ? 0
                            : error_set(err, "%s matches %zu of oneOf (%.300s)", where, matches, last.text);
}

static int check_keyword(const json_t *schema, const char *keyword, const json_t *argument,
        const json_t *value, const char *where, struct error *err)
{
        static const struct {
                const char *keyword;
                int (*check)(
                        const json_t *argument, const json_t *value, const char *where, struct error *err);
        } checks[] = {{"type", check_type}, {"enum", check_enum}, {"pattern", check_pattern},
                {"required", check_required}, {"items", check_items}, {"oneOf", check_one_of}};
        static const char *const words[] = {"description", "default", "examples", "title", NULL};
        for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
                if (!strcmp(checks[i].keyword, keyword))
                        return checks[i].check(argument, value, where, err);
        for (size_t i = 0; words[i]; i++)
                if (!strcmp(words[i], keyword))
                        return 0;
        if (!strcmp(keyword, "properties") || !strcmp(keyword, "additionalProperties"))
                return check_members(schema, value, where, err);
        if (!strcmp(keyword, "const"))
                return json_equal(argument, value) ? 0 : error_set(err, "%s is not the constant", where);
        if (!strcmp(keyword, "minimum"))
                return json_number_value(value) >= json_number_value(argument)
                               ? 0
                               : error_set(err, "%s is too small", where);
        if (!strcmp(keyword, "maximum"))
                return json_number_value(value) <= json_number_value(argument)
                               ? 0
                               : error_set(err, "%s is too large", where);
        if (!strcmp(keyword, "minLength"))
                return (json_int_t)json_string_length(value) >= json_integer_value(argument)
                               ? 0
                               : error_set(err, "%s is too short", where);
        return error_set(err, "openapi.yaml: the keyword %s is not known to its test", keyword);
}

static int validate(const json_t *schema, const json_t *value, const char *where, struct error *err)
{
        const char *keyword;
        json_t *argument;
        schema = resolve(schema);
        if (!schema)
                return error_set(err, "%s: its schema does not exist", where);
        json_object_foreach((json_t *)schema, keyword, argument)
        {
                if (check_keyword(schema, keyword, argument, value, where, err))
                        return -1;
        }
        return 0;
}

/* What the contract says of a path; one whose last part may be anything ends in {id} there. */
static const json_t *item_of(const char *path)
{
        const json_t *paths = json_object_get(contract, "paths"), *item = json_object_get(paths, path);
        char template[256];
        const char *slash = strrchr(path, '/');
        if (!item && slash && slash[1]) {
                snprintf(template, sizeof template, "%.*s/{id}", (int)(slash - path), path);
                item = json_object_get(paths, template);
        }
        return resolve(item);
}

/* The schema for an answer, or NULL with err. */
static const json_t *schema_of(const char *method, const char *path, int status, struct error *err)
{
        char name[16], key[16];
        const json_t *item = item_of(path);
        const json_t *errors =
                json_object_get(json_object_get(json_object_get(contract, "components"), "schemas"), "Error");
        if (!item) {
                if (status < 400)
                        error_set(err, "%s is not in the contract", path);
                return status < 400 ? NULL : errors;
        }
        snprintf(name, sizeof name, "%s", method);
        for (char *at = name; *at; at++)
                *at = (char)(*at | 0x20); /* letters alone: to lower case */
        const json_t *operation = json_object_get(item, name);
        if (!operation && status == 405)
                return errors;
        snprintf(key, sizeof key, "%d", status);
        const json_t *response = resolve(json_object_get(json_object_get(operation, "responses"), key));
        const json_t *schema = json_object_get(
                json_object_get(json_object_get(response, "content"), "application/json"), "schema");
        if (!schema)
                error_set(err, "the contract has no answer %d to %s %s", status, method, path);
        return schema;
}

int openapi_check(const char *method, const char *path, int status, const json_t *body, struct error *err)
{
        if (!contract && load(err))
                return -1;
        const json_t *schema = schema_of(method, path, status, err);
        if (!schema || validate(schema, body, "the body", err))
                return error_wrap(err, "openapi.yaml");
        return 0;
}
