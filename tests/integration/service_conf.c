/* Copies what is shipped, with other words in some places. */
#include "tests/integration/service_conf.h"

#include "fcgi/base/buffer.h"
#include "fcgi/base/io.h"
#include "tests/integration/service_places.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (16 << 20)

static int write_file(const char *path, const char *text, size_t size, struct error *err)
{
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        int rc = fd < 0 ? error_errno(err, "%s", path) : io_write_all(fd, text, size, -1, err);
        io_close(&fd);
        return rc;
}

/* Copy a file, with each word[0] that stands in it replaced by word[1]. */
static int render(const char *from, const char *to, const char *const (*words)[2], struct error *err)
{
        struct buffer out = BUFFER_MAX(FILE_MAX);
        char *text = NULL;
        int rc = -1;
        if (io_read_file(from, FILE_MAX, &text, err) < 0)
                goto out;
        for (const char *at = text; *at;) {
                size_t i = 0;
                while (words[i][0] && strncmp(at, words[i][0], strlen(words[i][0])))
                        i++;
                if (words[i][0] ? buffer_add_string(&out, words[i][1]) : buffer_add(&out, at, 1)) {
                        error_set(err, "%s: too large", from);
                        goto out;
                }
                at += words[i][0] ? strlen(words[i][0]) : 1;
        }
        rc = write_file(to, out.data, out.size, err);
out:
        buffer_clear(&out);
        free(text);
        return rc;
}

static bool ends_with(const char *text, const char *end)
{
        size_t length = strlen(text), end_length = strlen(end);
        return length > end_length && !strcmp(text + length - end_length, end);
}

static const struct service_warm *warm_of(const struct service_options *options, const char *file)
{
        for (const struct service_warm *warm = options->warm; warm->language; warm++) {
                size_t length = strlen(warm->language);
                if (!strncmp(file, warm->language, length) && !strcmp(file + length, ".yaml"))
                        return warm;
        }
        return NULL;
}

/* Whether the language of a YAML file (a name without folder) has that variant; then its id too. */
static bool has_variant(const char *variant, const char *file, char id[64])
{
        char path[512], relative[200];
        if (!variant)
                return false;
        snprintf(id, 64, "%.*s", (int)strcspn(file, "."), file);
        snprintf(relative, sizeof relative, "images/%s/%.60s/Dockerfile", id, variant);
        service_source_path(relative, path, sizeof path);
        return access(path, R_OK) == 0;
}

static bool is_usual(const char *file)
{
        return !strcmp(file, "python.yaml") || !strcmp(file, "javascript.yaml") || !strcmp(file, "cpp.yaml");
}

/* The whole line of text that begins with these words, into line; "" when there is none. */
static void find_line(const char *text, const char *begin, char *line, size_t size)
{
        char after_end[64];
        snprintf(after_end, sizeof after_end, "\n%s", begin);
        const char *at = strstr(text, after_end);
        snprintf(line, size, "%.*s", at ? (int)strcspn(at + 1, "\n") : 0, at ? at + 1 : "");
}

/* One language's YAML with another number behind "warm:", another image, or not enabled. */
static int copy_language(const char *from, const char *to, const char *file,
        const struct service_options *options, struct error *err)
{
        const struct service_warm *warm = warm_of(options, file);
        char warm_line[32], enabled_line[32], then[32], id[64], image[100], variant_image[200];
        char *text = NULL;
        const char *words[4][2] = {{NULL}};
        size_t count = 0;
        if (io_read_file(from, FILE_MAX, &text, err) < 0)
                return -1;
        find_line(text, "  warm: ", warm_line, sizeof warm_line);
        find_line(text, "enabled: ", enabled_line, sizeof enabled_line);
        free(text);
        if (warm && !*warm_line)
                return error_set(err, "%s: no warm", from);
        if (warm) {
                snprintf(then, sizeof then, "  warm: %u", warm->warm);
                words[count][0] = warm_line;
                words[count++][1] = then;
        } else if (!options->all_languages && !is_usual(file)) {
                words[count][0] = *enabled_line ? enabled_line : "\nimage:";
                words[count++][1] = *enabled_line ? "enabled: false" : "\nenabled: false\nimage:";
        }
        if (has_variant(options->variant, file, id)) {
                snprintf(image, sizeof image, "\nimage: sandpool/%s\n", id);
                snprintf(variant_image, sizeof variant_image, "\nimage: sandpool/%s:%.60s\n", id,
                        options->variant);
                words[count][0] = image;
                words[count][1] = variant_image;
        }
        return render(from, to, words, err);
}

static int copy_languages(const struct service *service, const struct service_options *options, char *dir_out,
        struct error *err)
{
        char from[512], dir[64];
        int rc = 0;
        service_source_path("conf/languages", from, sizeof from);
        if (options->all_languages && !options->warm[0].language && !options->variant) {
                strcpy(dir_out, from);
                return 0;
        }
        snprintf(dir, sizeof dir, "%s/languages", service->dir);
        strcpy(dir_out, dir);
        if (mkdir(dir, 0755))
                return error_errno(err, "%s", dir);
        DIR *list = opendir(from);
        if (!list)
                return error_errno(err, "%s", from);
        for (struct dirent *entry; rc == 0 && (entry = readdir(list));) {
                char source[800], target[400];
                if (!ends_with(entry->d_name, ".yaml"))
                        continue;
                snprintf(source, sizeof source, "%s/%s", from, entry->d_name);
                snprintf(target, sizeof target, "%s/%s", dir, entry->d_name);
                rc = copy_language(source, target, entry->d_name, options, err);
        }
        closedir(list);
        return rc;
}

int service_conf_render(
        const struct service *service, const struct service_options *options, struct error *err)
{
        char conf[512], languages[512], exercises[512], template[512], workers[16], pool_max[16],
                queue_timeout[16];
        char reuse[16], docker_timeout[16], request_time[16], drain_timeout[16];
        service_source_path("conf", conf, sizeof conf);
        service_source_path("tests/conf/sandpool.yaml", template, sizeof template);
        service_source_path("conf/exercises", exercises, sizeof exercises);
        if (copy_languages(service, options, languages, err))
                return -1;
        snprintf(workers, sizeof workers, "%u", service->workers);
        snprintf(pool_max, sizeof pool_max, "%u", options->pool_max);
        snprintf(queue_timeout, sizeof queue_timeout, "%u",
                options->queue_timeout_s ? options->queue_timeout_s : 10);
        snprintf(reuse, sizeof reuse, "%u", options->reuse ? options->reuse : 200);
        snprintf(docker_timeout, sizeof docker_timeout, "%u",
                options->docker_timeout_s ? options->docker_timeout_s : 30);
        snprintf(request_time, sizeof request_time, "%u",
                options->request_time_s ? options->request_time_s : 60);
        snprintf(drain_timeout, sizeof drain_timeout, "%u",
                options->drain_timeout_s ? options->drain_timeout_s : 60);
        const char *const words[][2] = {{"@REQUEST_TIME@", request_time}, {"@DRAIN_TIMEOUT@", drain_timeout},
                {"@RUN@", service->run_dir}, {"@TCP@", options->tcp ? options->tcp : ""},
                {"@WORKERS@", workers}, {"@INSTANCE@", service->instance}, {"@POOL_MAX@", pool_max},
                {"@QUEUE_TIMEOUT@", queue_timeout}, {"@REUSE@", reuse},
                {"@CPUS@", options->cpus ? options->cpus : ""},
                {"@DOCKER@", options->docker ? options->docker : "/var/run/docker.sock"},
                {"@DOCKER_TIMEOUT@", docker_timeout}, {"@LANGUAGES@", languages}, {"@CONF@", conf},
                {"@EXERCISES@", options->exercises ? options->exercises : exercises}, {NULL, NULL}};
        return render(template, service->settings, words, err);
}
