/* A file that stands beside a YAML file and is sent into sandboxes as it is. */
#ifndef SANDPOOL_TEXT_FILE_H
#define SANDPOOL_TEXT_FILE_H

#include "fcgi/base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define TEXT_FILE_MAX (256 * 1024)

struct text_file {
        char *name; /* without folders */
        char *data; /* a NUL behind it */
        size_t size;
};

/* Whether name is relative and does not lead out of its folder. */
bool text_file_name_ok(const char *name);

/* The name without its folders; borrowed. */
const char *text_file_base(const char *name);

/* Read folder/name into a zeroed struct. The caller clears it in either case. 0/-1. */
int text_file_read(const char *folder, const char *name, struct text_file *file, struct error *err);
void text_file_clear(struct text_file *file);

#endif
