/* Lists the YAML files of a folder in order. */
#include "fcgi/model/source.h"
#include "fcgi/model/yaml_tree.h"

#include <stdlib.h>
#include <string.h>

static int is_yaml(const char *name)
{
        size_t length = strlen(name);

        return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".yaml") == 0;
}

char **yaml_tree_files(const char *folder, struct error *err)
{
        return source_names(folder, is_yaml, YAML_ITEMS_MAX, err);
}

void yaml_tree_strings_free(char **strings)
{
        for (size_t i = 0; strings != NULL && strings[i] != NULL; i++)
                free(strings[i]);
        free(strings);
}
