/* Reads a YAML file into a tree with line numbers, refusing what settings files do not need. */
#include "fcgi/model/yaml_tree.h"

#include "fcgi/model/source.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct reader {
        yaml_parser_t parser;
        struct yaml *yaml;
        const char *data;
        size_t size;
        struct error *err;
};

int yaml_tree_error(const struct yaml *yaml, unsigned line, struct error *err, const char *format, ...)
{
        char message[ERROR_TEXT_SIZE];
        va_list args;

        va_start(args, format);
        vsnprintf(message, sizeof message, format, args);
        va_end(args);
        return error_set(err, "%s:%u: %s", yaml->path, line, message);
}

static void node_free(struct yaml_node *node)
{
        if (node == NULL)
                return;
        for (size_t i = 0; i < node->count; i++)
                node_free(node->items[i]);
        free(node->items);
        free(node->key);
        free(node->text);
        free(node);
}

static struct yaml_node *out_of_memory(struct reader *reader)
{
        error_set(reader->err, "%s: out of memory", reader->yaml->path);
        return NULL;
}

/* Whether a tab stands among the blanks that begin a line, from 1. */
static bool is_indented_by_tab(const struct reader *reader, size_t line)
{
        size_t i = 0;

        for (; line > 1 && i < reader->size; i++)
                line -= reader->data[i] == '\n';
        while (i < reader->size && reader->data[i] == ' ')
                i++;
        return i < reader->size && reader->data[i] == '\t';
}

/* libyaml's own complaint, but for the mistake that it does not name clearly. For bytes that are no UTF-8 it
 * knows an offset and no line. */
static void parser_error(struct reader *reader)
{
        const yaml_parser_t *parser = &reader->parser;
        size_t line = parser->problem_mark.line + 1;

        if (parser->error == YAML_MEMORY_ERROR) {
                out_of_memory(reader);
                return;
        }
        if (parser->error == YAML_READER_ERROR) {
                line = 1;
                for (size_t i = 0; i < parser->problem_offset && i < reader->size; i++)
                        line += reader->data[i] == '\n';
        }
        if (parser->error == YAML_SCANNER_ERROR && is_indented_by_tab(reader, line))
                yaml_tree_error(reader->yaml, (unsigned)line, reader->err,
                        "a tab: lines are indented by blanks alone");
        else
                yaml_tree_error(reader->yaml, (unsigned)line, reader->err, "%s",
                        parser->problem != NULL ? parser->problem : "not YAML");
}

static int next_event(struct reader *reader, yaml_event_t *event)
{
        if (yaml_parser_parse(&reader->parser, event))
                return 0;
        parser_error(reader);
        return -1;
}

/* Whether a node carries an anchor or a tag. */
static bool is_decorated(const yaml_event_t *event)
{
        switch (event->type) {
        case YAML_SCALAR_EVENT:
                return event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL;
        case YAML_SEQUENCE_START_EVENT:
                return event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL;
        case YAML_MAPPING_START_EVENT:
                return event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL;
        default:
                return event->type == YAML_ALIAS_EVENT;
        }
}

static char *scalar_text(struct reader *reader, const yaml_event_t *event)
{
        const char *value = (const char *)event->data.scalar.value;
        size_t length = event->data.scalar.length;
        char *text;

        if (memchr(value, 0, length) != NULL) {
                yaml_tree_error(reader->yaml, (unsigned)event->start_mark.line + 1, reader->err,
                        "text must not contain a NUL character");
                return NULL;
        }
        text = strndup(value, length);
        if (text == NULL)
                out_of_memory(reader);
        return text;
}

static struct yaml_node *read_node(struct reader *reader, const yaml_event_t *event, int depth);

static int add_item(struct reader *reader, struct yaml_node *parent, struct yaml_node *item)
{
        struct yaml_node **items = parent->items;

        if (parent->count == YAML_ITEMS_MAX)
                return yaml_tree_error(
                        reader->yaml, item->line, reader->err, "more than %d entries", YAML_ITEMS_MAX);
        if ((parent->count & (parent->count - 1)) == 0) { /* at each power of two, twice the room */
                items = realloc(items, (parent->count ? parent->count * 2 : 1) * sizeof *items);
                if (items == NULL) {
                        out_of_memory(reader);
                        return -1;
                }
                parent->items = items;
        }
        items[parent->count++] = item;
        return 0;
}

/* The value of a map's entry whose key is the event; the event is replaced by the value's. */
static struct yaml_node *read_entry(
        struct reader *reader, const struct yaml_node *map, yaml_event_t *event, int depth)
{
        unsigned line = (unsigned)event->start_mark.line + 1;
        struct yaml_node *value = NULL;
        char *key = NULL;

        if (event->type != YAML_SCALAR_EVENT || is_decorated(event)) {
                yaml_tree_error(reader->yaml, line, reader->err, "a key must be plain text");
                return NULL;
        }
        key = scalar_text(reader, event);
        if (key == NULL)
                return NULL;
        if (yaml_tree_get(map, key) != NULL) {
                yaml_tree_error(reader->yaml, line, reader->err, "key '%s' is there twice", key);
                goto out;
        }
        yaml_event_delete(event);
        if (next_event(reader, event) < 0)
                goto out;
        value = read_node(reader, event, depth);
        if (value == NULL)
                goto out;
        value->key = key;
        value->line = line;
        key = NULL;
out:
        free(key);
        return value;
}

static int read_items(struct reader *reader, struct yaml_node *parent, int depth)
{
        yaml_event_t event = {0};
        struct yaml_node *item = NULL;

        for (;;) {
                if (next_event(reader, &event) < 0)
                        return -1;
                if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT)
                        break;
                item = parent->kind == YAML_MAP ? read_entry(reader, parent, &event, depth)
                                                : read_node(reader, &event, depth);
                yaml_event_delete(&event);
                if (item == NULL)
                        return -1;
                if (add_item(reader, parent, item) < 0) {
                        node_free(item);
                        return -1;
                }
        }
        yaml_event_delete(&event);
        return 0;
}

static struct yaml_node *read_node(struct reader *reader, const yaml_event_t *event, int depth)
{
        unsigned line = (unsigned)event->start_mark.line + 1;
        struct yaml_node *node;

        if (is_decorated(event)) {
                yaml_tree_error(reader->yaml, line, reader->err,
                        "anchors, aliases and tags are not allowed here: write the value out");
                return NULL;
        }
        if (depth > YAML_DEPTH_MAX) {
                yaml_tree_error(
                        reader->yaml, line, reader->err, "nested more than %d levels deep", YAML_DEPTH_MAX);
                return NULL;
        }
        node = calloc(1, sizeof *node);
        if (node == NULL)
                return out_of_memory(reader);
        node->line = line;
        if (event->type == YAML_SCALAR_EVENT) {
                node->kind = YAML_TEXT;
                node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
                node->text = scalar_text(reader, event);
                if (node->text != NULL)
                        return node;
        } else {
                node->kind = event->type == YAML_MAPPING_START_EVENT ? YAML_MAP : YAML_LIST;
                if (read_items(reader, node, depth + 1) == 0)
                        return node;
        }
        node_free(node);
        return NULL;
}

/* Take the next event, which the grammar says is of this type. */
static int skip_event(struct reader *reader, yaml_event_type_t type, const char *otherwise)
{
        yaml_event_t event = {0};
        int rc = 0;

        if (next_event(reader, &event) < 0)
                return -1;
        if (event.type != type)
                rc = yaml_tree_error(
                        reader->yaml, (unsigned)event.start_mark.line + 1, reader->err, "%s", otherwise);
        yaml_event_delete(&event);
        return rc;
}

static int read_document(struct reader *reader)
{
        yaml_event_t event = {0};

        if (skip_event(reader, YAML_STREAM_START_EVENT, "not YAML") < 0 ||
                skip_event(reader, YAML_DOCUMENT_START_EVENT, "the file is empty") < 0 ||
                next_event(reader, &event) < 0)
                return -1;
        reader->yaml->root = read_node(reader, &event, 1);
        yaml_event_delete(&event);
        if (reader->yaml->root == NULL || skip_event(reader, YAML_DOCUMENT_END_EVENT, "not YAML") < 0)
                return -1;
        return skip_event(reader, YAML_STREAM_END_EVENT, "only one document is allowed in a file");
}

struct yaml *yaml_tree_load(const char *path, struct error *err)
{
        struct reader reader = {.err = err};
        struct yaml *yaml = calloc(1, sizeof *yaml);
        char *data = NULL;
        ssize_t size;
        int rc = -1;

        if (yaml == NULL || (yaml->path = strdup(path)) == NULL) {
                error_set(err, "%s: out of memory", path);
                goto out;
        }
        size = source_read(path, YAML_FILE_MAX, &data, err);
        if (size < 0)
                goto out;
        reader.yaml = yaml;
        reader.data = data;
        reader.size = (size_t)size;
        if (!yaml_parser_initialize(&reader.parser)) {
                error_set(err, "%s: out of memory", path);
                goto out;
        }
        yaml_parser_set_input_string(&reader.parser, (const unsigned char *)data, (size_t)size);
        rc = read_document(&reader);
        yaml_parser_delete(&reader.parser);
out:
        free(data);
        if (rc < 0) {
                yaml_tree_free(yaml);
                return NULL;
        }
        return yaml;
}

void yaml_tree_free(struct yaml *yaml)
{
        if (yaml == NULL)
                return;
        node_free(yaml->root);
        free(yaml->path);
        free(yaml);
}

const struct yaml_node *yaml_tree_get(const struct yaml_node *map, const char *key)
{
        if (map == NULL || map->kind != YAML_MAP)
                return NULL;
        for (size_t i = 0; i < map->count; i++)
                if (strcmp(map->items[i]->key, key) == 0)
                        return map->items[i];
        return NULL;
}

unsigned yaml_tree_line(const struct yaml *yaml, const char *path)
{
        const struct yaml_node *node = yaml->root;
        unsigned line = node->line;
        char key[64];

        while (node != NULL && *path != '\0') {
                size_t length = strcspn(path, ".");
                snprintf(key, sizeof key, "%.*s", (int)length, path);
                path += length + (path[length] == '.');
                node = yaml_tree_get(node, key);
                if (node != NULL)
                        line = node->line;
        }
        return line;
}

bool yaml_tree_is_null(const struct yaml_node *node)
{
        return node->kind == YAML_TEXT && node->plain &&
               (node->text[0] == '\0' || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}
