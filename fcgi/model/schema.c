/* Reads a YAML map into a struct, by a table of its keys. */
#include "fcgi/model/schema.h"

#include "fcgi/base/text.h"
#include "fcgi/model/settings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct unit schema_count = {.name = "", .factor = 1};
const struct unit schema_seconds = {.name = " seconds", .factor = 1000};
const struct unit schema_cpus = {.name = " CPUs", .factor = 100};
const struct unit schema_mib = {.name = " MiB", .factor = 1, .suffixes = {{"MiB", 1}, {"GiB", 1024}}};
const struct unit schema_bytes = {
        .name = " bytes", .factor = 1, .suffixes = {{"KiB", 1024}, {"MiB", 1024 * 1024}}};

static int expect_text(const struct yaml *yaml, const struct yaml_node *node, struct error *err)
{
        if (node->kind != YAML_TEXT)
                return yaml_tree_error(yaml, node->line, err, "'%s' must be a single value, not a %s",
                        node->key ? node->key : "entry", node->kind == YAML_MAP ? "map" : "list");
        if (yaml_tree_is_null(node))
                return yaml_tree_error(
                        yaml, node->line, err, "'%s' has no value", node->key ? node->key : "entry");
        return 0;
}

/* The factor of what stands behind the number, 0 when that is no suffix of the unit. */
static uint32_t suffix_factor(const struct unit *unit, const char *suffix)
{
        while (*suffix == ' ')
                suffix++;
        if (*suffix == '\0')
                return unit->factor;
        for (const struct unit_suffix *known = unit->suffixes; known->text != NULL; known++)
                if (strcmp(known->text, suffix) == 0)
                        return known->factor;
        return 0;
}

static int out_of_range(const struct yaml *yaml, const struct yaml_node *node, const struct field *field,
        const char *name, struct error *err)
{
        double factor = field->unit->factor;

        return yaml_tree_error(yaml, node->line, err, "'%s' must be a %snumber between %.10g and %.10g%s",
                name, field->unit->factor == 1 ? "whole " : "", field->min / factor, field->max / factor,
                field->unit->name);
}

static int read_number(const struct yaml *yaml, const struct yaml_node *node, const struct field *field,
        uint32_t *value, struct error *err)
{
        const char *name = node->key != NULL ? node->key : field->key;
        char *end = NULL;
        uint32_t factor;
        double number;

        if (expect_text(yaml, node, err) < 0)
                return -1;
        /* strtod would take "inf", "nan" and leading blanks too. */
        if (!isdigit((unsigned char)node->text[0]))
                return out_of_range(yaml, node, field, name, err);
        number = strtod(node->text, &end);
        factor = suffix_factor(field->unit, end);
        if (factor == 0)
                return out_of_range(yaml, node, field, name, err);
        number *= factor;
        if (!(number >= field->min && number <= field->max))
                return out_of_range(yaml, node, field, name, err);
        *value = (uint32_t)(number + 0.5);
        if (number - *value > 1e-6 || number - *value < -1e-6)
                return out_of_range(yaml, node, field, name, err);
        return 0;
}

static int read_limit(const struct yaml *yaml, const struct yaml_node *node, const struct field *field,
        struct limit *limit, struct error *err)
{
        struct field rows[] = {
                {.key = "default", .kind = FIELD_NUMBER, .offset = offsetof(struct limit, value)},
                {.key = "min", .kind = FIELD_NUMBER, .offset = offsetof(struct limit, min)},
                {.key = "max", .kind = FIELD_NUMBER, .offset = offsetof(struct limit, max)},
                {.key = NULL},
        };
        double factor = field->unit->factor;

        for (struct field *row = rows; row->key != NULL; row++) {
                row->unit = field->unit;
                row->min = field->min;
                row->max = field->max;
        }
        if (node->kind == YAML_MAP) {
                if (schema_read(yaml, node, rows, limit, err) < 0)
                        return -1;
        } else if (read_number(yaml, node, field, &limit->value, err) < 0) {
                return -1;
        }
        if (limit->value < limit->min || limit->value > limit->max)
                return yaml_tree_error(yaml, node->line, err,
                        "'%s': default %.10g is not between %.10g and %.10g%s", field->key,
                        limit->value / factor, limit->min / factor, limit->max / factor, field->unit->name);
        return 0;
}

static int read_bool(const struct yaml *yaml, const struct yaml_node *node, bool *value, struct error *err)
{
        if (node->kind != YAML_TEXT || !node->plain ||
                (strcmp(node->text, "true") != 0 && strcmp(node->text, "false") != 0))
                return yaml_tree_error(yaml, node->line, err, "'%s' must be true or false", node->key);
        *value = strcmp(node->text, "true") == 0;
        return 0;
}

static int read_word(const struct yaml *yaml, const struct yaml_node *node, const struct field *field,
        int *value, struct error *err)
{
        char list[256] = "";
        size_t used = 0;

        for (int i = 0; field->words[i] != NULL; i++) {
                if (node->kind == YAML_TEXT && strcmp(node->text, field->words[i]) == 0) {
                        *value = i;
                        return 0;
                }
                if (used < sizeof list)
                        used += (size_t)snprintf(
                                list + used, sizeof list - used, "%s%s", i ? ", " : "", field->words[i]);
        }
        return yaml_tree_error(yaml, node->line, err, "'%s' must be one of %s", node->key, list);
}

/* Text into a member: an array of field->size, or malloc'd when that is 0. */
static int read_text(const struct yaml *yaml, const struct yaml_node *node, const struct field *field,
        void *member, struct error *err)
{
        char *copy;

        if (expect_text(yaml, node, err) < 0)
                return -1;
        if (field->filled && node->text[0] == '\0')
                return yaml_tree_error(yaml, node->line, err, "'%s' must not be empty", node->key);
        if (field->kind == FIELD_CHARS) {
                if (strlen(node->text) >= field->size)
                        return yaml_tree_error(yaml, node->line, err, "'%s' must have at most %zu bytes",
                                node->key, field->size - 1);
                strcpy(member, node->text);
                return 0;
        }
        copy = strdup(node->text);
        if (copy == NULL)
                return error_set(err, "%s: out of memory", yaml->path);
        free(*(char **)member);
        *(char **)member = copy;
        return 0;
}

char **schema_list(const struct yaml *yaml, const struct yaml_node *node, uint32_t max, struct error *err)
{
        char **list = NULL;

        if (node->kind != YAML_LIST) {
                yaml_tree_error(
                        yaml, node->line, err, "'%s' must be a list", node->key ? node->key : "entry");
                return NULL;
        }
        if (node->count > max) {
                yaml_tree_error(yaml, node->line, err, "'%s' must have at most %u entries",
                        node->key ? node->key : "entry", max);
                return NULL;
        }
        list = calloc(node->count + 1, sizeof *list);
        for (size_t i = 0; list != NULL && i < node->count; i++) {
                if (expect_text(yaml, node->items[i], err) < 0 ||
                        (list[i] = strdup(node->items[i]->text)) == NULL) {
                        yaml_tree_strings_free(list);
                        list = NULL;
                }
        }
        if (list == NULL)
                error_set(err, "%s: out of memory", yaml->path); /* unless something else was said */
        return list;
}

static int read_list(const struct yaml *yaml, const struct yaml_node *node, const struct field *field,
        char ***member, struct error *err)
{
        char **list;

        if (field->filled && node->kind == YAML_LIST && node->count == 0)
                return yaml_tree_error(yaml, node->line, err, "'%s' must not be empty", node->key);
        list = schema_list(yaml, node, field->max, err);
        if (list == NULL)
                return -1;
        yaml_tree_strings_free(*member);
        *member = list;
        return 0;
}

static int read_field(const struct yaml *yaml, const struct yaml_node *node, const struct field *field,
        void *target, struct error *err)
{
        void *member = target != NULL ? (char *)target + field->offset
                                      : NULL; /* a table of custom fields alone needs none */

        switch (field->kind) {
        case FIELD_CHARS:
        case FIELD_TEXT:
                return read_text(yaml, node, field, member, err);
        case FIELD_BOOL:
                return read_bool(yaml, node, member, err);
        case FIELD_NUMBER:
                return read_number(yaml, node, field, member, err);
        case FIELD_LIMIT:
                return read_limit(yaml, node, field, member, err);
        case FIELD_WORD:
                return read_word(yaml, node, field, member, err);
        case FIELD_LIST:
                return read_list(yaml, node, field, member, err);
        case FIELD_MAP:
                return schema_read(yaml, node, field->fields, target, err);
        case FIELD_APART:
                return 0;
        case FIELD_CUSTOM:
                return field->read(yaml, node, target, err);
        }
        return -1;
}

static int unknown_key(
        const struct yaml *yaml, const struct yaml_node *node, const struct field *fields, struct error *err)
{
        const char *known[SCHEMA_FIELDS_MAX + 1] = {NULL};
        const char *nearest;

        for (size_t i = 0; fields[i].key != NULL && i < SCHEMA_FIELDS_MAX; i++)
                known[i] = fields[i].key;
        nearest = text_nearest(node->key, known);
        if (nearest != NULL)
                return yaml_tree_error(
                        yaml, node->line, err, "unknown key '%s' (did you mean '%s'?)", node->key, nearest);
        return yaml_tree_error(yaml, node->line, err, "unknown key '%s'", node->key);
}

int schema_read(const struct yaml *yaml, const struct yaml_node *map, const struct field *fields,
        void *target, struct error *err)
{
        if (map->kind != YAML_MAP)
                return yaml_tree_error(yaml, map->line, err, "%s%s%s must be a map of keys and values",
                        map->key ? "'" : "", map->key ? map->key : "this", map->key ? "'" : "");
        for (size_t i = 0; i < map->count; i++) {
                const struct field *field = fields;

                while (field->key != NULL && strcmp(field->key, map->items[i]->key) != 0)
                        field++;
                if (field->key == NULL)
                        return unknown_key(yaml, map->items[i], fields, err);
                if (read_field(yaml, map->items[i], field, target, err) < 0)
                        return -1;
        }
        for (const struct field *field = fields; field->key != NULL; field++)
                if (field->required && yaml_tree_get(map, field->key) == NULL)
                        return yaml_tree_error(yaml, map->line, err, "'%s' is missing", field->key);
        return 0;
}
