/* `sandpool run FILE`: one program through the broker's own code, for people who edit the registry. */
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/execute/execute.h"
#include "fcgi/service/commands.h"
#include "fcgi/service/private_broker.h"
#include "fcgi/service/sample.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* One end is what execute_request watches as the client; a signal shuts the other down. */
static int cancel_pair[2] = {-1, -1};

static void on_end(int number)
{
        (void)number;
        shutdown(cancel_pair[1], SHUT_RDWR);
}

static int set_signals(struct error *err)
{
        struct sigaction end = {.sa_handler = on_end, .sa_flags = SA_RESTART};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, cancel_pair))
                return error_errno(err, "socketpair");
        sigaction(SIGINT, &end, NULL);
        sigaction(SIGTERM, &end, NULL);
        sigaction(SIGHUP, &end, NULL);
        return 0;
}

static const struct language *language_of(
        const struct config *config, const struct run_options *options, struct error *err)
{
        const char *slash = strrchr(options->file, '/'), *dot = strrchr(options->file, '.');
        if (options->language) {
                const struct language *named = registry_find(config->registry, options->language);
                if (!named)
                        error_set(err, "there is no language %s", options->language);
                return named;
        }
        for (size_t i = 0; dot && dot > slash && i < config->registry->count; i++) {
                const struct language *language = &config->registry->languages[i];
                if (language->enabled && !strcmp(language->extension, dot))
                        return language;
        }
        error_set(err, "no language has files named like %s; say which with --language", options->file);
        return NULL;
}

static const char *stdin_path(const char *name)
{
        return strcmp(name, "-") ? name : "/dev/stdin";
}

/* What a shell would see. */
static int exit_status(const struct result *result)
{
        const struct verdict *last = result->ran ? &result->run : &result->compile;
        switch (result->reason) {
        case REASON_NONE:
                return 0;
        case REASON_TIME_LIMIT:
                return RUN_EXIT_TIMEOUT;
        case REASON_MEMORY_LIMIT:
        case REASON_OUTPUT_LIMIT:
                return RUN_EXIT_LIMIT;
        case REASON_POLICY:
                return RUN_EXIT_BLOCKED;
        case REASON_COMPILE_ERROR:
                return RUN_EXIT_COMPILE;
        default:
                return last->signal ? 128 + last->signal : last->exit_code;
        }
}

static void print_streams(const struct result *result)
{
        const struct buffer *shown[] = {
                &result->compile.out, &result->compile.err, &result->run.out, &result->run.err};
        for (size_t i = 0; i < 4; i++)
                if (shown[i]->size)
                        fwrite(shown[i]->data, 1, shown[i]->size, i == 2 ? stdout : stderr);
        if (result->error[0]) {
                fflush(stdout);
                fprintf(stderr, "sandpool: %s\n", result->error);
        }
}

static int print_json(const struct result *result, const struct language *language)
{
        char id[ID_SIZE];
        size_t size;
        id_new(id);
        char *json = result_json(result, language, false, id, &size);
        if (!json)
                return -1;
        printf("%.*s\n", (int)size, json);
        free(json);
        return 0;
}

static int execute(struct config *config, const struct run_options *options, const struct request *request,
        struct error *err)
{
        int status = RUN_EXIT_OURS;
        char id[ID_SIZE];
        struct execute_times times;
        struct result result = {0};
        struct private_broker *broker = private_broker_new(config, err);
        if (!broker || set_signals(err))
                goto out;
        id_new(id);
        enum execute_outcome outcome = execute_request(private_broker_link(broker), config->settings, request,
                id, cancel_pair[0], &result, &times, err);
        if (outcome == EXECUTE_CLIENT_GONE) {
                status = 128 + SIGINT;
        } else if (outcome != EXECUTE_DONE) {
                error_set(err, "no sandbox of %s could be had", request->language->id);
        } else {
                status = exit_status(&result);
                if (!options->json)
                        print_streams(&result);
                else if (print_json(&result, request->language))
                        error_set(err, "out of memory");
        }
out:
        private_broker_free(broker);
        result_free(&result);
        return status;
}

int command_run(const struct run_options *options)
{
        int status = RUN_EXIT_OURS;
        struct error err = {0};
        char *code = NULL, *input = NULL;
        ssize_t size, input_size = 0;
        struct request request;
        struct request_file file;
        const struct language *language;
        log_set_process("run");
        log_set_level(LOG_LEVEL_ERROR);
        struct config *config = config_load(options->config_path, &err);
        if (!config)
                goto out;
        language = language_of(config, options, &err);
        if (!language)
                goto out;
        size = io_read_file(options->file, config->settings->limits.code_bytes, &code, &err);
        if (size >= 0 && options->input)
                input_size = io_read_file(
                        stdin_path(options->input), config->settings->limits.stdin_bytes, &input, &err);
        if (size < 0 || input_size < 0)
                goto out;
        sample_request(&request, &file, config, language, code, (size_t)size, input, (size_t)input_size);
        status = execute(config, options, &request, &err);
out:
        if (err.text[0])
                fprintf(stderr, "sandpool: %s\n", err.text);
        free(input);
        free(code);
        config_free(config);
        return status;
}
