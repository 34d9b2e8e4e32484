/* A table of options, each with what reads its value. */
#include "tests/bench/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THINK_MAX_MS 60000

static int read_quick(struct options *options, const char *value)
{
        (void)value;
        options->quick = true;
        return 0;
}

static int read_only(struct options *options, const char *value)
{
        options->only = value;
        return *value ? 0 : -1;
}

static int read_languages(struct options *options, const char *value)
{
        options->languages = value;
        return *value ? 0 : -1;
}

static int read_think_ms(struct options *options, const char *value)
{
        char *end;
        long ms = strtol(value, &end, 10);
        options->think_ms = (int)ms;
        return *value && !*end && ms >= 0 && ms <= THINK_MAX_MS ? 0 : -1;
}

static const struct option {
        const char *name;
        const char *value; /* what it is; NULL: it has none */
        int (*read)(struct options *options, const char *value);
} all[] = {
        {"--quick", NULL, read_quick},
        {"--only", "\"SECTION ...\"", read_only},
        {"--languages", "all|\"ID ...\"", read_languages},
        {"--think-ms", "0..60000", read_think_ms},
};
#define ALL (sizeof all / sizeof *all)

static int refuse(const char *why, const char *argument, struct error *err)
{
        char usage[256] = "usage: bench";
        size_t size = strlen(usage);
        for (size_t i = 0; i < ALL && size < sizeof usage; i++)
                size += (size_t)snprintf(usage + size, sizeof usage - size, " [%s%s%s]", all[i].name,
                        all[i].value ? " " : "", all[i].value ? all[i].value : "");
        return error_set(err, "%s: %s\n%s", argument, why, usage);
}

int options_read(char **argv, struct options *options, struct error *err)
{
        while (*++argv) {
                size_t i = 0;
                while (i < ALL && strcmp(*argv, all[i].name))
                        i++;
                if (i == ALL)
                        return refuse("no such option", *argv, err);
                if (all[i].value && !argv[1])
                        return refuse("its value is missing", *argv, err);
                if (all[i].read(options, all[i].value ? *++argv : NULL))
                        return refuse("not a value for it", *argv, err);
        }
        return 0;
}

bool options_has_word(const char *list, const char *word)
{
        size_t length = strlen(word);
        for (const char *at = list; (at = strstr(at, word)) != NULL; at += length)
                if ((at == list || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
                        return true;
        return false;
}
