/* Reads environment variables. */
#include "fcgi/model/environment.h"

#include "images/runner/protocol.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_name(const char *name)
{
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

        return name[0] != '\0' && !isdigit((unsigned char)name[0]) && name[strspn(name, allowed)] == '\0';
}

char **environment_read(const struct yaml *yaml, const struct yaml_node *node, struct error *err)
{
        char **env = NULL;

        if (node->kind != YAML_MAP || node->count > PROTOCOL_ENV_MAX) {
                yaml_tree_error(yaml, node->line, err, "'%s' must be a map of at most %d names and values",
                        node->key, PROTOCOL_ENV_MAX);
                return NULL;
        }
        env = calloc(node->count + 1, sizeof *env);
        if (env == NULL) {
                error_set(err, "%s: out of memory", yaml->path);
                return NULL;
        }
        for (size_t i = 0; i < node->count; i++) {
                const struct yaml_node *item = node->items[i];

                if (item->kind != YAML_TEXT || !is_name(item->key)) {
                        yaml_tree_error(yaml, item->line, err,
                                "'%s': an environment variable is a name of letters, digits and _, and a "
                                "single value",
                                item->key);
                        goto failed;
                }
                if (asprintf(&env[i], "%s=%s", item->key, item->text) < 0) {
                        env[i] = NULL;
                        error_set(err, "%s: out of memory", yaml->path);
                        goto failed;
                }
        }
        return env;
failed:
        yaml_tree_strings_free(env);
        return NULL;
}
