/* A language: one conf/languages/<id>.yaml as a checked struct. The registry holds them all. */
#ifndef SANDPOOL_LANGUAGE_H
#define SANDPOOL_LANGUAGE_H

#include "fcgi/base/error.h"
#include "fcgi/model/settings.h"
#include "fcgi/model/syntax.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LANGUAGE_ID_SIZE 64
#define LANGUAGES_MAX 64
#define LANGUAGE_IMAGE_MAX 200 /* bytes of an image's name */
#define LANGUAGE_MAX_ANY 4096

/* A command: NULL-terminated argument list. Placeholders, replaced per job: {source} the entry file's name,
 * {name} the same without extension, {files} (an argument of its own) every file of the job with the same
 * extension as the language's source. */
struct command {
        char **argv;
};

/* How a test suite in this language is run: as process 0 of a step, beside a process 1 that is, or has, the
 * program that it tests. Placeholders stand for the suite's files in the one, for the job's in the other. */
struct language_suite {
        struct command command; /* argv NULL: there is no such thing */
        struct command program;
        char **files; /* NULL-terminated, below the settings' suites directory: put beside the suite's own */
        char **program_files; /* put beside the program */
};

enum language_enabled {
        LANGUAGE_OFF,
        LANGUAGE_ON,
        LANGUAGE_AUTO, /* served when its image exists, and nobody complains while it does not */
};

struct language {
        char id[LANGUAGE_ID_SIZE];
        char *name;
        char *version;
        char **aliases; /* NULL-terminated, lower case */
        char *image;
        char *source;    /* file name for a single `code`, such as main.py */
        char *extension; /* with its dot: of source; never empty */
        int enabled;     /* enum language_enabled; anything but LANGUAGE_OFF is true */

        struct command compile; /* argv NULL when interpreted */
        uint32_t compile_timeout_ms;
        uint32_t compile_memory_mib;
        struct command run;
        char **fork_server; /* NULL-terminated "NAME=value": with this in addition, run's command waits at its
                               own start for being forked (images/runner/fork_server.c); NULL: it cannot */
        struct language_suite suite;
        char **env; /* NULL-terminated "NAME=value" */

        struct limit timeout_ms;
        struct limit memory_mib;
        uint32_t cpu_percent; /* CPU quota: 50 is 0.5 CPU */
        uint32_t processes;
        uint32_t open_files;

        uint32_t warm;
        uint32_t max; /* sandboxes of this language; LANGUAGE_MAX_ANY: as many as the pool holds */
        uint32_t reuse;
        uint32_t max_age_ms;

        char *policy;       /* id, or NULL for the settings' default */
        char *runtime;      /* Docker runtime, "runc" by default */
        char *memory_error; /* PCRE2 pattern: stderr of a failed run that matches means memory_limit; NULL for
                               none */

        struct syntax *syntax; /* how rules of policies see its code */

        char *sample_code;
        char *sample_expected;

        /* Where it was read, for complaints about how files fit together. */
        char *path;
        unsigned image_line, aliases_line, policy_line;
};

struct registry {
        struct language *languages; /* in order of id; also those that are not enabled */
        size_t count;
};

/* Read one file into a zeroed struct; its id must be the file's name. Ranges that it leaves out come from the
 * settings. Returns 0/-1 ("file:line: what"); language_clear in either case. */
int language_read(
        const char *path, const struct settings *settings, struct language *language, struct error *err);

/* Free what the struct holds. */
void language_clear(struct language *language);

/* Read every *.yaml of settings->languages_dir (sorted), check each and all together (duplicate ids and
 * aliases, the default language exists). Ranges that a file leaves out come from the settings. The caller
 * frees. NULL with "file:line: what". */
struct registry *registry_load(const struct settings *settings, struct error *err);
void registry_free(struct registry *registry);

/* By exact id, enabled or not; NULL when there is none. Borrowed. */
const struct language *registry_get(const struct registry *registry, const char *id);

/* By id or alias, case-insensitively; NULL when there is none or it is disabled. Borrowed. */
const struct language *registry_find(const struct registry *registry, const char *name);

/* What to tell somebody about an image that does not exist: the file and line that name it, and the command
 * that makes it. text is filled in any case. */
void language_image_missing(const struct language *language, char *text, size_t size);

/* The words for `enabled` in YAML, by enum language_enabled. */
extern const char *const language_enabled_words[];

/* The memory a sandbox of the language has while it is idle: what its first step needs. MiB. */
uint32_t language_idle_memory_mib(const struct language *language);

/* Replace the placeholders; a file name that would look like an option gets ./ before it. names: the job's
 * file names, the entry first. Returns a malloc'd NULL-terminated argv, to free with language_argv_free, or
 * NULL when memory is out. */
char **language_argv(const struct language *language, const struct command *command, const char *const *names,
        size_t count);
void language_argv_free(char **argv);

/* What the image bakes in as /sandpool/language.json, for the runner's --once mode: malloc'd JSON text or
 * NULL. */
char *language_image_config(const struct language *language, const struct settings *settings);

#endif
