/* Environment variables in YAML: a map of names and values. */
#ifndef SANDPOOL_ENVIRONMENT_H
#define SANDPOOL_ENVIRONMENT_H

#include "fcgi/model/yaml_tree.h"

/* The map as a NULL-terminated list of "NAME=value" in its order, of at most PROTOCOL_ENV_MAX; the caller
 * frees with yaml_tree_strings_free. NULL with err. */
char **environment_read(const struct yaml *yaml, const struct yaml_node *node, struct error *err);

#endif
