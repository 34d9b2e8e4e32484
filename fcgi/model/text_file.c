/* Reads a file that stands beside a YAML file. */
#include "fcgi/model/text_file.h"

#include "fcgi/base/io.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool text_file_name_ok(const char *name)
{
        size_t length = strlen(name);

        if (length == 0 || name[0] == '/' || name[length - 1] == '/')
                return false;
        for (const char *part = name; part != NULL; part = strchr(part, '/')) {
                part += *part == '/';
                if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
                        return false;
        }
        return true;
}

const char *text_file_base(const char *name)
{
        const char *slash = strrchr(name, '/');

        return slash != NULL ? slash + 1 : name;
}

int text_file_read(const char *folder, const char *name, struct text_file *file, struct error *err)
{
        char path[PATH_MAX];
        ssize_t size;

        if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
                return error_set(err, "%s: the path is too long", name);
        file->name = strdup(text_file_base(name));
        if (file->name == NULL)
                return error_set(err, "out of memory");
        size = io_read_file(path, TEXT_FILE_MAX, &file->data, err);
        if (size < 0)
                return -1;
        file->size = (size_t)size;
        return 0;
}

void text_file_clear(struct text_file *file)
{
        free(file->name);
        free(file->data);
        *file = (struct text_file){0};
}
