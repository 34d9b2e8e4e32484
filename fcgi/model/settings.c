/* Reads conf/sandpool.yaml. */
#include "fcgi/model/settings.h"

#include "fcgi/base/tcp.h"
#include "fcgi/model/schema.h"
#include "fcgi/model/source.h"
#include "images/runner/protocol.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(member) .offset = offsetof(struct settings, member)
#define CHARS(member) .kind = FIELD_CHARS, AT(member), .size = sizeof((struct settings *)NULL)->member
#define NUMBER(member, u, lo, hi)                                                                            \
        .kind = FIELD_NUMBER, AT(member), .unit = &schema_##u, .min = (lo), .max = (hi)
#define LIMIT(member, u, lo, hi)                                                                             \
        .kind = FIELD_LIMIT, AT(member), .unit = &schema_##u, .min = (lo), .max = (hi)
#define MAP(table) .kind = FIELD_MAP, .fields = (table)

enum { KIB = 1024, MIB = 1024 * 1024, SECOND = 1000, HOUR = 3600 * 1000 };

/* What is lost to whole pages, 4 KiB each, in the workspace. */
enum { FILES_ROUNDED = PROTOCOL_FILES_MAX * 4 * KIB };

/* Of a step's text, what is left to the language: its command with the names of files, its environment. */
enum { COMMAND_TEXT = 64 * KIB };

static const char *const level_words[] = {"debug", "info", "warning", "error", NULL};

static const struct field listen_fields[] = {
        {.key = "run_dir", CHARS(run_dir), .filled = true},
        {.key = "group", CHARS(socket_group)},
        {.key = "backlog", NUMBER(backlog, count, 1, 4096)},
        {.key = "tcp", CHARS(tcp)},
        {.key = NULL},
};

static const struct field users_fields[] = {
        {.key = "worker", CHARS(worker_user)},
        {.key = "broker", CHARS(broker_user)},
        {.key = NULL},
};

static const struct field docker_fields[] = {
        {.key = "socket", CHARS(docker_socket), .filled = true},
        {.key = "instance", CHARS(instance), .filled = true},
        {.key = "timeout", NUMBER(engine_timeout_ms, seconds, SECOND, 300 * SECOND)},
        {.key = NULL},
};

static const struct field pool_fields[] = {
        {.key = "max", NUMBER(pool_max, count, 0, 4096)},
        {.key = "queue_timeout", NUMBER(queue_timeout_ms, seconds, 0, 300 * SECOND)},
        {.key = "idle", NUMBER(idle_ms, seconds, SECOND, 24 * HOUR)},
        {.key = "reuse", NUMBER(reuse, count, 1, 1000000)},
        {.key = "max_age", NUMBER(max_age_ms, seconds, SECOND, 24 * HOUR)},
        /* Below lie the users of any real machine and of user namespaces; 4,096 ranges must fit above. */
        {.key = "uid_base", NUMBER(uid_base, count, 0x01000000, 0xe0000000)},
        {.key = "cpus", CHARS(cpus)},
        {.key = "cpu_weight", NUMBER(cpu_weight, count, 0, 10000)},
        {.key = "drain_timeout", NUMBER(drain_timeout_ms, seconds, 0, 600 * SECOND)},
        {.key = NULL},
};

static const struct field limits_fields[] = {
        {.key = "timeout", LIMIT(limits.timeout_ms, seconds, 10, SETTINGS_STEPS_MAX_MS)},
        /* The Engine refuses less than 6 MiB (Docker 20.10). */
        {.key = "memory", LIMIT(limits.memory_mib, mib, 8, 64 * 1024)},
        {.key = "output", NUMBER(limits.output_bytes, bytes, KIB, 16 * MIB)},
        {.key = "code", NUMBER(limits.code_bytes, bytes, 1, 16 * MIB)},
        {.key = "stdin", NUMBER(limits.stdin_bytes, bytes, 0, PROTOCOL_STDIN_MAX)},
        {.key = "body", NUMBER(limits.body_bytes, bytes, KIB, 128 * MIB)},
        {.key = "files", NUMBER(limits.files, count, 1, PROTOCOL_FILES_MAX)},
        /* The rest of the protocol's arguments is the language's own command. */
        {.key = "args", NUMBER(limits.args, count, 0, PROTOCOL_ARGS_MAX - 64)},
        {.key = "arg_size", NUMBER(limits.arg_bytes, bytes, 1, 32 * KIB)},
        {.key = "test_cases", NUMBER(limits.test_cases, count, 1, 1000)},
        {.key = "processes", NUMBER(limits.processes, count, 4, 4096)},
        {.key = "workspace", NUMBER(limits.workspace_mib, mib, 1, 16 * 1024)},
        /* A request may put each file into seven folders of its own. */
        {.key = "workspace_inodes", NUMBER(limits.workspace_inodes, count, 16 * PROTOCOL_FILES_MAX, 1000000)},
        {.key = "tmp", NUMBER(limits.tmp_mib, mib, 1, 16 * 1024)},
        {.key = "shm", NUMBER(limits.shm_mib, mib, 1, 16 * 1024)},
        {.key = "file", NUMBER(limits.file_mib, mib, 1, 4095)},
        {.key = "open_files", NUMBER(limits.open_files, count, 16, 65536)},
        {.key = "compile_timeout", NUMBER(limits.compile_timeout_ms, seconds, 100, SETTINGS_STEPS_MAX_MS)},
        {.key = "compile_memory", NUMBER(limits.compile_memory_mib, mib, 8, 64 * 1024)},
        {.key = "request_time",
                NUMBER(limits.request_time_ms, seconds, SECOND, SETTINGS_REQUEST_TIME_MAX_MS)},
        {.key = NULL},
};

static const struct field languages_fields[] = {
        {.key = "default", CHARS(default_language), .filled = true},
        {.key = "directory", CHARS(languages_dir), .filled = true},
        {.key = NULL},
};

static const struct field policies_fields[] = {
        {.key = "default", CHARS(default_policy), .filled = true},
        {.key = "selectable", .kind = FIELD_LIST, AT(selectable_policies), .max = 64},
        {.key = "directory", CHARS(policies_dir), .filled = true},
        {.key = NULL},
};

static const struct field exercises_fields[] = {
        {.key = "default", CHARS(default_exercise)},
        {.key = "directory", CHARS(exercises_dir), .filled = true},
        {.key = "suites", CHARS(suites_dir), .filled = true},
        {.key = NULL},
};

static const struct field logging_fields[] = {
        {.key = "level", .kind = FIELD_WORD, AT(log_level), .words = level_words},
        {.key = "file", CHARS(log_file)},
        {.key = NULL},
};

static const struct field fields[] = {
        {.key = "listen", MAP(listen_fields)},
        {.key = "workers", NUMBER(workers, count, 1, SETTINGS_WORKERS_MAX)},
        {.key = "users", MAP(users_fields)},
        {.key = "docker", MAP(docker_fields)},
        {.key = "pool", MAP(pool_fields)},
        {.key = "limits", MAP(limits_fields)},
        {.key = "languages", MAP(languages_fields)},
        {.key = "policies", MAP(policies_fields)},
        {.key = "exercises", MAP(exercises_fields)},
        {.key = "seccomp", CHARS(seccomp_file), .filled = true},
        {.key = "log", MAP(logging_fields)},
        {.key = NULL},
};

/* What holds for keys that the file leaves out: the same as the shipped file says. */
static const struct settings defaults = {
        .run_dir = "/run/sandpool",
        .socket_group = "www-data",
        .backlog = 64,
        .workers = 32,
        .worker_user = "sandpool",
        .broker_user = "sandpool-broker",
        .docker_socket = "/var/run/docker.sock",
        .instance = "sandpool",
        .engine_timeout_ms = 30 * SECOND,
        .pool_max = 0,
        .queue_timeout_ms = 10 * SECOND,
        .idle_ms = 300 * SECOND,
        .reuse = 200,
        .max_age_ms = 600 * SECOND,
        .uid_base = 0x40000000,
        .cpu_weight = 1000,
        .drain_timeout_ms = 60 * SECOND,
        .limits =
                {
                        .timeout_ms = {.value = 10 * SECOND, .min = 100, .max = 30 * SECOND},
                        .memory_mib = {.value = 128, .min = 32, .max = 512},
                        .output_bytes = MIB,
                        .code_bytes = 50000,
                        .stdin_bytes = MIB,
                        .body_bytes = 2 * MIB,
                        .files = 32,
                        .args = 64,
                        .arg_bytes = 4 * KIB,
                        .test_cases = 100,
                        .processes = 64,
                        .workspace_mib = 32,
                        .workspace_inodes = 4096,
                        .tmp_mib = 16,
                        .shm_mib = 16,
                        .file_mib = 16,
                        .open_files = 256,
                        .compile_timeout_ms = 20 * SECOND,
                        .compile_memory_mib = 512,
                        .request_time_ms = 60 * SECOND,
                },
        .default_language = "python",
        .default_policy = "strict",
        .languages_dir = "languages",
        .policies_dir = "policies",
        .default_exercise = "redis-step-1",
        .exercises_dir = "exercises",
        .suites_dir = "suites",
        .seccomp_file = "seccomp.json",
        .log_level = LOG_LEVEL_INFO,
};

/* Make a path absolute: a relative one is relative to the folder of the settings file. */
static int resolve(const struct yaml *yaml, const char *key, const char *folder, char *path, size_t size,
        struct error *err)
{
        char joined[2 * PATH_MAX];

        if (path[0] == '/' || path[0] == '\0')
                return 0;
        if ((size_t)snprintf(joined, sizeof joined, "%s/%s", folder, path) >= size)
                return yaml_tree_error(yaml, yaml_tree_line(yaml, key), err, "the path is too long");
        strcpy(path, joined);
        return 0;
}

static int resolve_all(const struct yaml *yaml, struct settings *settings, struct error *err)
{
        char folder[PATH_MAX];
        char *slash;

        if (source_real_path(yaml->path, folder, err) < 0)
                return -1;
        if (strlen(folder) >= sizeof settings->path)
                return error_set(err, "%s: the path is too long", yaml->path);
        strcpy(settings->path, folder);
        slash = strrchr(folder, '/');
        *slash = '\0';
        if (resolve(yaml, "languages.directory", folder, settings->languages_dir,
                    sizeof settings->languages_dir, err) < 0 ||
                resolve(yaml, "policies.directory", folder, settings->policies_dir,
                        sizeof settings->policies_dir, err) < 0 ||
                resolve(yaml, "exercises.suites", folder, settings->suites_dir, sizeof settings->suites_dir,
                        err) < 0 ||
                resolve(yaml, "exercises.directory", folder, settings->exercises_dir,
                        sizeof settings->exercises_dir, err) < 0 ||
                resolve(yaml, "seccomp", folder, settings->seccomp_file, sizeof settings->seccomp_file, err) <
                        0 ||
                resolve(yaml, "listen.run_dir", folder, settings->run_dir, sizeof settings->run_dir, err) <
                        0 ||
                resolve(yaml, "docker.socket", folder, settings->docker_socket,
                        sizeof settings->docker_socket, err) < 0)
                return -1;
        return resolve(yaml, "log.file", folder, settings->log_file, sizeof settings->log_file, err);
}

/* Whether a word can stand in a container's name and label. */
static bool is_name(const char *word)
{
        for (const char *c = word; *c != '\0'; c++)
                if (!isalnum((unsigned char)*c) && (c == word || strchr("._-", *c) == NULL))
                        return false;
        return *word != '\0';
}

/* Numbers and ranges of them, with commas between: "0-2,5" (cpuset(7), list format). */
static bool is_cpu_list(const char *text)
{
        for (char *end;; text = end + 1) {
                unsigned long first, last;

                if (!isdigit((unsigned char)*text))
                        return false;
                first = last = strtoul(text, &end, 10);
                if (*end == '-' && isdigit((unsigned char)end[1]))
                        last = strtoul(end + 1, &end, 10);
                if (last < first || (*end != ',' && *end != '\0'))
                        return false;
                if (*end == '\0')
                        return true;
        }
}

/* What a request may have must be what a runner takes. It is bound by `file` too, also for the standard input
 * that it keeps. */
static int check_request(const struct yaml *yaml, const struct limits *limits, struct error *err)
{
        const uint64_t file = (uint64_t)limits->file_mib * MIB;
        const uint64_t args = (uint64_t)limits->args * limits->arg_bytes;
        const uint32_t most = PROTOCOL_TEXT_MAX - COMMAND_TEXT;

        if (limits->code_bytes > limits->body_bytes)
                return yaml_tree_error(yaml, yaml_tree_line(yaml, "limits.code"), err,
                        "'code' must not be larger than 'body'");
        if (limits->code_bytes + (uint64_t)FILES_ROUNDED > (uint64_t)limits->workspace_mib * MIB)
                return yaml_tree_error(yaml, yaml_tree_line(yaml, "limits.code"), err,
                        "'code' must be smaller than 'workspace', by %d KiB at least", FILES_ROUNDED / KIB);
        if (limits->code_bytes > file)
                return yaml_tree_error(yaml, yaml_tree_line(yaml, "limits.code"), err,
                        "'code' must not be larger than 'file'");
        if (limits->stdin_bytes > file)
                return yaml_tree_error(yaml, yaml_tree_line(yaml, "limits.stdin"), err,
                        "'stdin' must not be larger than 'file'");
        if (args > most)
                return yaml_tree_error(yaml, yaml_tree_line(yaml, "limits.arg_size"), err,
                        "%u arguments of 'arg_size' must not have more than %u KiB together", limits->args,
                        most / KIB);
        return 0;
}

/* How the values fit together. */
static int check(const struct yaml *yaml, const struct settings *settings, struct error *err)
{
        const struct limits *limits = &settings->limits;
        struct tcp_address address;
        struct error why = {0};
        uint32_t tmpfs = limits->workspace_mib + limits->tmp_mib + limits->shm_mib;

        if (!is_name(settings->instance))
                return yaml_tree_error(yaml, yaml_tree_line(yaml, "docker.instance"), err,
                        "'instance' must be letters, digits, '.', '_' and '-'");
        if (settings->cpus[0] && !is_cpu_list(settings->cpus))
                return yaml_tree_error(yaml, yaml_tree_line(yaml, "pool.cpus"), err,
                        "'cpus' must be a list of processors such as 0-2,5, not '%s'", settings->cpus);
        if (settings->tcp[0] && tcp_address_parse(settings->tcp, &address, &why) < 0)
                return yaml_tree_error(yaml, yaml_tree_line(yaml, "listen.tcp"), err, "'tcp': %s", why.text);
        if (tmpfs >= limits->memory_mib.value)
                return yaml_tree_error(yaml, yaml_tree_line(yaml, "limits.workspace"), err,
                        "workspace, tmp and shm (%u MiB together) live in memory and must stay below its "
                        "default, "
                        "%u MiB",
                        tmpfs, limits->memory_mib.value);
        return check_request(yaml, limits, err);
}

struct settings *settings_load(const char *path, struct error *err)
{
        struct settings *settings = NULL;
        struct yaml *yaml = yaml_tree_load(path, err);
        int rc = -1;

        if (yaml == NULL)
                return NULL;
        settings = malloc(sizeof *settings);
        if (settings == NULL) {
                error_set(err, "%s: out of memory", path);
                goto out;
        }
        *settings = defaults;
        settings->selectable_policies = calloc(1, sizeof *settings->selectable_policies);
        if (settings->selectable_policies == NULL) {
                error_set(err, "%s: out of memory", path);
                goto out;
        }
        if (schema_read(yaml, yaml->root, fields, settings, err) < 0 ||
                resolve_all(yaml, settings, err) < 0 || check(yaml, settings, err) < 0)
                goto out;
        settings->languages_line = yaml_tree_line(yaml, "languages");
        settings->exercises_line = yaml_tree_line(yaml, "exercises");
        settings->policies_line = yaml_tree_line(yaml, "policies");
        rc = 0;
out:
        yaml_tree_free(yaml);
        if (rc < 0) {
                settings_free(settings);
                return NULL;
        }
        return settings;
}

void settings_free(struct settings *settings)
{
        if (settings == NULL)
                return;
        yaml_tree_strings_free(settings->selectable_policies);
        free(settings);
}
