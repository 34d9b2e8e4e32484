/* Lists the YAML files of a folder in order. */
#include "fcgi/model/yaml_tree.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static int is_yaml(const struct dirent *entry)
{
        size_t length = strlen(entry->d_name);

        return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

/* By bytes: the order must not depend on the locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
        return strcmp((*a)->d_name, (*b)->d_name);
}

char **yaml_tree_files(const char *folder, struct error *err)
{
        struct dirent **entries = NULL;
        char **names = NULL;
        int count = scandir(folder, &entries, is_yaml, by_bytes);
        int rc = -1;

        if (count < 0) {
                error_errno(err, "%s", folder);
                return NULL;
        }
        if (count > YAML_ITEMS_MAX) {
                error_set(err, "%s: more than %d files", folder, YAML_ITEMS_MAX);
                goto out;
        }
        names = calloc((size_t)count + 1, sizeof *names);
        for (int i = 0; names != NULL && i < count; i++)
                if ((names[i] = strdup(entries[i]->d_name)) == NULL)
                        goto out;
        rc = names != NULL ? 0 : -1;
out:
        for (int i = 0; i < count; i++)
                free(entries[i]);
        free(entries);
        if (rc < 0) {
                error_set(err, "%s: out of memory", folder);
                yaml_tree_strings_free(names);
                return NULL;
        }
        return names;
}

void yaml_tree_strings_free(char **strings)
{
        for (size_t i = 0; strings != NULL && strings[i] != NULL; i++)
                free(strings[i]);
        free(strings);
}
