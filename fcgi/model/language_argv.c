/* Replaces the placeholders of a language's command by a job's file names. */
#include "fcgi/model/language.h"

#include "fcgi/base/buffer.h"

#include <stdlib.h>
#include <string.h>

enum { ARGUMENT_MAX = 64 * 1024 };

/* A name that begins with - or @ is an option or a list of options to most programs. */
static int add_name(struct buffer *out, const char *name)
{
        if ((name[0] == '-' || name[0] == '@') && buffer_add_string(out, "./") < 0)
                return -1;
        return buffer_add_string(out, name);
}

/* The name without the extension of its last component. */
static int add_stem(struct buffer *out, const char *name)
{
        const char *slash = strrchr(name, '/');
        const char *base = slash != NULL ? slash + 1 : name;
        const char *dot = strrchr(base, '.');

        return buffer_add(out, name, dot != NULL && dot != base ? (size_t)(dot - name) : strlen(name));
}

/* One argument with {source} and {name} replaced: malloc'd, or NULL. */
static char *expand(const char *argument, const char *source)
{
        struct buffer out = BUFFER_MAX(ARGUMENT_MAX);
        const char *at = argument;
        int rc = 0;

        while (rc == 0 && *at != '\0') {
                if (strncmp(at, "{source}", 8) == 0) {
                        rc = add_name(&out, source);
                        at += 8;
                } else if (strncmp(at, "{name}", 6) == 0) {
                        rc = add_stem(&out, source);
                        at += 6;
                } else {
                        rc = buffer_add(&out, at++, 1);
                }
        }
        if (rc < 0 || buffer_add(&out, "", 1) < 0) {
                buffer_clear(&out);
                return NULL;
        }
        return out.data;
}

static bool has_extension(const char *name, const char *extension)
{
        size_t length = strlen(name), tail = strlen(extension);

        return length > tail && strcmp(name + length - tail, extension) == 0;
}

/* {files}: those with the language's extension, and the entry whatever its name. Returns how many, or -1. */
static int expand_files(char **argv, const char *extension, const char *const *names, size_t count)
{
        int used = 0;

        for (size_t i = 0; i < count; i++) {
                if (i > 0 && !has_extension(names[i], extension))
                        continue;
                argv[used] = expand("{source}", names[i]);
                if (argv[used] == NULL)
                        return -1;
                used++;
        }
        return used;
}

char **language_argv(const struct language *language, const struct command *command, const char *const *names,
        size_t count)
{
        size_t room = 1, used = 0;
        char **argv;

        for (char **argument = command->argv; *argument != NULL; argument++)
                room += strcmp(*argument, "{files}") == 0 ? count : 1;
        argv = calloc(room, sizeof *argv);
        if (argv == NULL)
                return NULL;
        for (char **argument = command->argv; *argument != NULL; argument++) {
                if (strcmp(*argument, "{files}") == 0) {
                        int added = expand_files(argv + used, language->extension, names, count);
                        if (added < 0)
                                goto fail;
                        used += (size_t)added;
                } else if ((argv[used++] = expand(*argument, names[0])) == NULL) {
                        goto fail;
                }
        }
        return argv;
fail:
        language_argv_free(argv);
        return NULL;
}

void language_argv_free(char **argv)
{
        for (size_t i = 0; argv != NULL && argv[i] != NULL; i++)
                free(argv[i]);
        free(argv);
}
