/* The verbs that are more than a call: each prints what it has to say and returns the exit status. */
#ifndef SANDPOOL_SERVICE_COMMANDS_H
#define SANDPOOL_SERVICE_COMMANDS_H

#include <stdbool.h>

/* `serve`: check the machine, open the log, run the supervisor. */
int command_serve(const char *config_path);

/* `check`: test configuration and machine; with all_languages, run every language's sample. */
int command_check(const char *config_path, bool all_languages);

/* `reload`: have the running service take its configuration anew, and wait until it did or says why not. */
int command_reload(const char *config_path);

/* `upgrade`: have a new process of the binary that stands there now take over from the running one. */
int command_upgrade(const char *config_path);

struct run_options {
        const char *config_path;
        const char *file;
        const char *language; /* NULL: by the file's extension */
        const char *input;    /* file for stdin, "-" for ours; NULL: empty */
        bool json;            /* print the result object */
};

/* Exit status where a program has none of its own to pass on. As timeout(1) and shells use them, and
 * sysexits.h. */
#define RUN_EXIT_TIMEOUT 124
#define RUN_EXIT_LIMIT 125   /* memory or output */
#define RUN_EXIT_BLOCKED 126 /* by the policy */
#define RUN_EXIT_COMPILE 127
#define RUN_EXIT_OURS 70 /* our failure */

/* `run`: one file, in a sandbox of a broker of its own. */
int command_run(const struct run_options *options);

struct check_code_options {
        const char *config_path;
        const char *language;
        const char *policy; /* NULL: the language's, or the settings' */
        char *const *files; /* end with NULL */
};

/* `check-code`: print what the policy finds in the files. Exits 1 when it blocks one, 2 when something named
 * does not exist, cannot be read or is not configured right. */
int command_check_code(const struct check_code_options *options);

#endif
