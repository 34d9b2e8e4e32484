/* The verbs of the command line. */
#include "fcgi/service/commands.h"
#include "fcgi/service/config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION "0.1.0"
#define USAGE 2 /* exit status */

static const char usage[] =
        "sandpool runs untrusted code in warm, hardened containers.\n"
        "\n"
        "  sandpool [--config FILE] serve              run the service until SIGTERM\n"
        "  sandpool [--config FILE] reload             have the running service take its configuration anew\n"
        "  sandpool [--config FILE] upgrade            have a new process of the binary take over, without a "
        "pause\n"
        "  sandpool [--config FILE] check [--languages]\n"
        "                                              test configuration and machine; with --languages, "
        "every\n"
        "                                              language's sample\n"
        "  sandpool [--config FILE] run [--language L] [--stdin F] [--json] FILE\n"
        "                                              run one file in a sandbox; --stdin -: read ours\n"
        "  sandpool [--config FILE] check-code --language L [--policy P] FILE...\n"
        "                                              print what a policy finds, like a compiler's "
        "messages\n"
        "  sandpool [--config FILE] image-config [ID]  what the image of a language has baked in; without "
        "ID, a\n"
        "                                              line a language: id, enabled, image\n"
        "  sandpool [--config FILE] nginx-values       what nginx's configuration must agree with (make "
        "nginx-check)\n"
        "  sandpool --version\n"
        "  sandpool --help\n"
        "\n"
        "Without --config: conf/sandpool.yaml here, else /etc/sandpool/sandpool.yaml.\n"
        "run exits as the program did, with 128 + n for signal n; with 124 for a time-out, 125 for the "
        "memory or output\n"
        "limit, 126 when the policy blocks, 127 when it does not compile, 70 when the failure is ours.\n"
        "check-code exits with 1 when the policy blocks a file, with 2 when it cannot be told.\n";

static int misused(const char *why)
{
        fprintf(stderr, "sandpool: %s\nTry `sandpool --help`.\n", why);
        return USAGE;
}

static int verb_serve(const char *config_path, int argc, char **argv)
{
        (void)argv;
        return argc > 1 ? misused("serve takes no arguments") : command_serve(config_path);
}

static int verb_reload(const char *config_path, int argc, char **argv)
{
        (void)argv;
        return argc > 1 ? misused("reload takes no arguments") : command_reload(config_path);
}

static int verb_upgrade(const char *config_path, int argc, char **argv)
{
        (void)argv;
        return argc > 1 ? misused("upgrade takes no arguments") : command_upgrade(config_path);
}

static int verb_check(const char *config_path, int argc, char **argv)
{
        static const struct option known[] = {{"languages", no_argument, NULL, 'l'}, {NULL, 0, NULL, 0}};
        bool all = false;
        for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
                if (c != 'l')
                        return USAGE;
                all = true;
        }
        return optind < argc ? misused("check takes no arguments") : command_check(config_path, all);
}

static int verb_run(const char *config_path, int argc, char **argv)
{
        static const struct option known[] = {{"language", required_argument, NULL, 'l'},
                {"stdin", required_argument, NULL, 'i'}, {"json", no_argument, NULL, 'j'},
                {NULL, 0, NULL, 0}};
        struct run_options options = {.config_path = config_path};
        for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
                if (c == 'l')
                        options.language = optarg;
                else if (c == 'i')
                        options.input = optarg;
                else if (c == 'j')
                        options.json = true;
                else
                        return USAGE;
        }
        if (argc - optind != 1)
                return misused("run takes one file");
        options.file = argv[optind];
        return command_run(&options);
}

static int verb_check_code(const char *config_path, int argc, char **argv)
{
        static const struct option known[] = {{"language", required_argument, NULL, 'l'},
                {"policy", required_argument, NULL, 'p'}, {NULL, 0, NULL, 0}};
        struct check_code_options options = {.config_path = config_path};
        for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
                if (c == 'l')
                        options.language = optarg;
                else if (c == 'p')
                        options.policy = optarg;
                else
                        return USAGE;
        }
        if (!options.language)
                return misused("check-code needs --language");
        if (optind == argc)
                return misused("check-code takes one file or more");
        options.files = argv + optind;
        return command_check_code(&options);
}

static void list_images(const struct registry *registry)
{
        for (size_t i = 0; i < registry->count; i++) {
                const struct language *language = &registry->languages[i];
                printf("%s %s %s\n", language->id, language_enabled_words[language->enabled],
                        language->image);
        }
}

static int verb_image_config(const char *config_path, int argc, char **argv)
{
        struct error err = {0};
        char *text = NULL;
        const struct language *language = NULL;
        if (argc > 2)
                return misused("image-config takes a language's id");
        struct config *config = config_load(config_path, &err);
        if (config && argc == 1) {
                list_images(config->registry);
                config_free(config);
                return 0;
        }
        /* Also one that is not enabled: its image is made first. */
        if (config)
                language = registry_get(config->registry, argv[1]);
        if (config && !language)
                error_set(&err, "there is no language %s", argv[1]);
        if (language)
                text = language_image_config(language, config->settings);
        if (text)
                puts(text);
        else
                fprintf(stderr, "sandpool: %s\n", err.text[0] ? err.text : "out of memory");
        int status = text ? 0 : 1;
        free(text);
        config_free(config);
        return status;
}

static int verb_nginx_values(const char *config_path, int argc, char **argv)
{
        struct error err = {0};
        (void)argv;
        if (argc > 1)
                return misused("nginx-values takes no arguments");
        struct config *config = config_load(config_path, &err);
        if (!config) {
                fprintf(stderr, "sandpool: %s\n", err.text);
                return 1;
        }
        printf("workers=%u\nbody_bytes=%u\nlongest_request_ms=%llu\n", config->settings->workers,
                config->settings->limits.body_bytes, (unsigned long long)config_longest_request_ms(config));
        printf("run_dir=%s\ntcp=%s\n", config->settings->run_dir, config->settings->tcp);
        config_free(config);
        return 0;
}

static const struct {
        const char *name;
        int (*run)(const char *config_path, int argc, char **argv); /* argv[0] is the verb */
} verbs[] = {
        {"serve", verb_serve},
        {"reload", verb_reload},
        {"upgrade", verb_upgrade},
        {"check", verb_check},
        {"run", verb_run},
        {"check-code", verb_check_code},
        {"image-config", verb_image_config},
        {"nginx-values", verb_nginx_values},
};

static int run_verb(const char *config_path, int argc, char **argv)
{
        if (!argc)
                return misused("what shall it do?");
        for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
                if (!strcmp(verbs[i].name, argv[0])) {
                        optind = 0; /* a new argument list for getopt (getopt(3), "reinitialize") */
                        return verbs[i].run(config_path, argc, argv);
                }
        fprintf(stderr, "sandpool: there is no verb '%s'\n", argv[0]);
        return misused("serve, reload, upgrade, check, run, check-code, image-config or nginx-values?");
}

int main(int argc, char **argv)
{
        static const struct option known[] = {{"config", required_argument, NULL, 'c'},
                {"version", no_argument, NULL, 'v'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
        const char *config_path = config_default_path();
        /* "+": options behind the verb are the verb's. */
        for (int c; (c = getopt_long(argc, argv, "+", known, NULL)) != -1;) {
                switch (c) {
                case 'c':
                        config_path = optarg;
                        break;
                case 'v':
                        puts("sandpool " VERSION);
                        return 0;
                case 'h':
                        fputs(usage, stdout);
                        return 0;
                default:
                        return USAGE;
                }
        }
        return run_verb(config_path, argc - optind, argv + optind);
}
