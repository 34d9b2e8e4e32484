/* The container's configuration as JSON, and its verification. */
#include "fcgi/sandbox/container.h"

#include "images/runner/protocol.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB (1024LL * 1024LL)
#define CPU_PERIOD_US 100000LL /* the kernel's default: shorter throttles, longer makes time-outs late */
#define RUNNER_OOM_SCORE 500   /* below its steps (1000), so that the kernel ends those first */

/* What a job takes beside one for each run, as images/runner/job.c counts: the files' owner, the compiler, a
 * test suite; and one to spare. */
#define UIDS_BESIDE_RUNS 4

uint32_t container_job_uids(const struct limits *limits)
{
        return limits->test_cases + UIDS_BESIDE_RUNS;
}

bool container_is_used_up(
        const struct language *language, const struct limits *limits, uint32_t jobs, uint32_t uids)
{
        return jobs >= language->reuse || uids + container_job_uids(limits) > CONTAINER_UIDS;
}

/* Options of one tmpfs; freed by json_decref. */
static json_t *tmpfs_options(const char *exec, uint32_t size_mib, uint32_t inodes)
{
        return json_sprintf("rw,%s,nosuid,nodev,size=%um,nr_inodes=%u,mode=1777", exec, size_mib, inodes);
}

static json_t *tmpfs(const struct limits *limits)
{
        uint32_t inodes = limits->workspace_inodes;
        return json_pack("{s:o, s:o, s:o}", "/workspace",
                tmpfs_options("exec", limits->workspace_mib, inodes), "/tmp",
                tmpfs_options("noexec", limits->tmp_mib, inodes), "/dev/shm",
                tmpfs_options("noexec", limits->shm_mib, inodes));
}

static json_t *ulimit(const char *name, long long value)
{
        return json_pack("{s:s, s:I, s:I}", "Name", name, "Soft", value, "Hard", value);
}

/* Core 1 byte: 0 does not stop a core_pattern that pipes. No nproc: it counts a uid over all containers. */
static json_t *ulimits(const struct container_spec *spec)
{
        return json_pack("[o, o, o]", ulimit("core", 1), ulimit("nofile", spec->language->open_files),
                ulimit("fsize", spec->settings->limits.file_mib * MIB));
}

static json_t *security_options(const char *seccomp)
{
        json_t *profile = json_sprintf("seccomp=%s", seccomp);
        return json_pack("[s, o]", "no-new-privileges", profile);
}

/* Of the sandbox's own network namespace. The two buffers are Linux's but for the last number. */
static json_t *sysctls(void)
{
        return json_pack("{s:s, s:s, s:o, s:o}", "net.ipv4.tcp_max_tw_buckets", "0",
                "net.ipv4.tcp_no_metrics_save", "1", "net.ipv4.tcp_rmem",
                json_sprintf("4096 131072 %d", PROTOCOL_TCP_BUFFER), "net.ipv4.tcp_wmem",
                json_sprintf("4096 16384 %d", PROTOCOL_TCP_BUFFER));
}

/* Everything that holds a sandbox together, a line each. One process more than the program may have: the
 * runner. Capabilities in the order in which newer daemons sort them; RestartPolicy because daemons differ in
 * what they make of none. NULL when memory is out. */
static json_t *host_config(const struct container_spec *spec)
{
        const struct language *language = spec->language;
        long long memory = spec->memory_mib * MIB;
        json_t *config = json_object();
        int bad = 0;
        bad |= json_object_set_new(config, "NetworkMode", json_string("none"));
        bad |= json_object_set_new(config, "ReadonlyRootfs", json_true());
        bad |= json_object_set_new(config, "Tmpfs", tmpfs(&spec->settings->limits));
        bad |= json_object_set_new(config, "CapDrop", json_pack("[s]", "ALL"));
        bad |= json_object_set_new(
                config, "CapAdd", json_pack("[s, s, s]", "CAP_KILL", "CAP_SETGID", "CAP_SETUID"));
        bad |= json_object_set_new(config, "SecurityOpt", security_options(spec->seccomp));
        bad |= json_object_set_new(config, "Privileged", json_false());
        bad |= json_object_set_new(config, "CgroupParent", json_string(spec->cgroup_parent));
        bad |= json_object_set_new(config, "Memory", json_integer(memory));
        bad |= json_object_set_new(config, "MemorySwap", json_integer(memory));
        bad |= json_object_set_new(config, "PidsLimit", json_integer((json_int_t)language->processes + 1));
        bad |= json_object_set_new(config, "CpuPeriod", json_integer(CPU_PERIOD_US));
        bad |= json_object_set_new(
                config, "CpuQuota", json_integer((json_int_t)language->cpu_percent * (CPU_PERIOD_US / 100)));
        bad |= json_object_set_new(config, "CpusetCpus", json_string(spec->settings->cpus));
        bad |= json_object_set_new(config, "Ulimits", ulimits(spec));
        bad |= json_object_set_new(config, "Sysctls", sysctls());
        bad |= json_object_set_new(config, "IpcMode", json_string("private"));
        bad |= json_object_set_new(config, "OomScoreAdj", json_integer(RUNNER_OOM_SCORE));
        bad |= json_object_set_new(config, "LogConfig", json_pack("{s:s}", "Type", "none"));
        bad |= json_object_set_new(config, "PublishAllPorts", json_false());
        bad |= json_object_set_new(config, "Runtime", json_string(language->runtime));
        bad |= json_object_set_new(config, "AutoRemove", json_true());
        bad |= json_object_set_new(
                config, "RestartPolicy", json_pack("{s:s, s:i}", "Name", "no", "MaximumRetryCount", 0));
        if (!bad)
                return config;
        json_decref(config);
        return NULL;
}

/* NULL when memory is out. */
static json_t *config_of(const struct container_spec *spec)
{
        json_t *config = json_object();
        int bad = 0;
        bad |= json_object_set_new(config, "Image", json_string(spec->language->image));
        bad |= json_object_set_new(config, "Entrypoint", json_pack("[s]", "/sandpool/runner"));
        bad |= json_object_set_new(
                config, "Cmd", json_pack("[s, o]", "--serve", json_sprintf("--uid-base=%u", spec->uid_base)));
        bad |= json_object_set_new(config, "Env", json_array());
        bad |= json_object_set_new(config, "User", json_string("0:0"));
        bad |= json_object_set_new(config, "WorkingDir", json_string("/workspace"));
        bad |= json_object_set_new(config, "Hostname", json_string("sandbox"));
        /* Without it Docker prepares a network all the same: 110 ms more for each start. It also means an
         * empty /etc/hosts: images/base has another way to know localhost. */
        bad |= json_object_set_new(config, "NetworkDisabled", json_true());
        bad |= json_object_set_new(config, "Healthcheck", json_pack("{s:[s]}", "Test", "NONE"));
        bad |= json_object_set_new(config, "Tty", json_false());
        bad |= json_object_set_new(config, "OpenStdin", json_true());
        bad |= json_object_set_new(config, "StdinOnce", json_false()); /* leased many times */
        bad |= json_object_set_new(config, "AttachStdin", json_true());
        bad |= json_object_set_new(config, "AttachStdout", json_true());
        bad |= json_object_set_new(config, "AttachStderr", json_true());
        bad |= json_object_set_new(config, "Labels",
                json_pack("{s:s, s:o, s:s}", CONTAINER_LABEL, spec->settings->instance,
                        CONTAINER_GENERATION_LABEL, json_sprintf("%u", spec->generation), "sandpool.language",
                        spec->language->id));
        bad |= json_object_set_new(config, "HostConfig", host_config(spec));
        if (!bad)
                return config;
        json_decref(config);
        return NULL;
}

char *container_config(const struct container_spec *spec)
{
        json_t *config = config_of(spec);
        char *text = config ? json_dumps(config, JSON_COMPACT) : NULL;
        json_decref(config);
        return text;
}

void container_memory_update(uint32_t memory_mib, char *text, size_t size)
{
        snprintf(text, size, "{\"Memory\":%lld,\"MemorySwap\":%lld}", memory_mib * MIB, memory_mib * MIB);
}

/* Everything asked of HostConfig must stand there as it was asked; and what would open the sandbox must not
 * have come by itself. */
static int verify_host_config(json_t *asked, json_t *got, struct error *err)
{
        static const char *const must_be_empty[] = {"Binds", "Mounts", "Devices", "DeviceRequests",
                "VolumesFrom", "Links", "GroupAdd", "PortBindings", NULL};
        const char *key;
        json_t *value;
        json_object_foreach(asked, key, value)
        {
                json_t *other = json_object_get(got, key);
                if (json_is_false(value) && !other)
                        continue;
                /* The daemon fills in LogConfig.Config. */
                if (!strcmp(key, "LogConfig"))
                        value = json_object_get(value, "Type"), other = json_object_get(other, "Type");
                if (!json_equal(value, other))
                        return error_set(err, "HostConfig.%s is not what was asked for", key);
        }
        for (size_t i = 0; must_be_empty[i]; i++) {
                json_t *other = json_object_get(got, must_be_empty[i]);
                if (json_array_size(other) || json_object_size(other))
                        return error_set(err, "HostConfig.%s is not empty", must_be_empty[i]);
        }
        static const char *const must_be_full[] = {"MaskedPaths", "ReadonlyPaths", NULL};
        for (size_t i = 0; must_be_full[i]; i++)
                if (!json_array_size(json_object_get(got, must_be_full[i])))
                        return error_set(err, "HostConfig.%s is empty", must_be_full[i]);
        static const char *const never_host[] = {"PidMode", "UTSMode", "UsernsMode", NULL};
        for (size_t i = 0; never_host[i]; i++) {
                const char *mode = json_string_value(json_object_get(got, never_host[i]));
                if (mode && *mode)
                        return error_set(err, "HostConfig.%s is \"%s\"", never_host[i], mode);
        }
        return 0;
}

int container_verify(const struct container_spec *spec, const char *inspected, struct error *err)
{
        int rc = -1;
        json_t *asked = config_of(spec);
        json_t *got = json_loads(inspected, JSON_REJECT_DUPLICATES, NULL);
        if (!asked || !got) {
                error_set(err, "Docker's description of the container cannot be read");
                goto out;
        }
        if (verify_host_config(json_object_get(asked, "HostConfig"), json_object_get(got, "HostConfig"), err))
                goto out;
        /* Also those that an image brings by VOLUME: a place on the host's disk that no reset empties. */
        if (json_array_size(json_object_get(got, "Mounts"))) {
                error_set(err, "the container has a volume or a bind mount: does its image have a VOLUME?");
                goto out;
        }
        static const char *const same[] = {
                "Image", "Entrypoint", "Cmd", "User", "OpenStdin", "StdinOnce", "Tty", "Labels", NULL};
        json_t *config = json_object_get(got, "Config");
        for (size_t i = 0; same[i]; i++) {
                json_t *want = json_object_get(asked, same[i]), *have = json_object_get(config, same[i]);
                bool labels = !strcmp(same[i], "Labels");
                /* An image's own labels may be there too. */
                if (labels ? !json_equal(json_object_get(want, CONTAINER_LABEL),
                                     json_object_get(have, CONTAINER_LABEL))
                           : !json_equal(want, have)) {
                        error_set(err, "Config.%s is not what was asked for", same[i]);
                        goto out;
                }
        }
        rc = 0;
out:
        json_decref(asked);
        json_decref(got);
        return rc;
}

static int copy_string(json_t *root, const char *key, char *to, size_t size)
{
        const char *value = json_string_value(json_object_get(root, key));
        if (!value || strlen(value) >= size)
                return -1;
        strcpy(to, value);
        return 0;
}

/* An id goes into paths of later calls: it must be what it claims to be. */
static int valid_id(const char *id)
{
        return strlen(id) == CONTAINER_ID_SIZE - 1 && strspn(id, "0123456789abcdef") == CONTAINER_ID_SIZE - 1;
}

int container_id(const char *answer, char id[CONTAINER_ID_SIZE])
{
        json_t *root = json_loads(answer, 0, NULL);
        int rc = copy_string(root, "Id", id, CONTAINER_ID_SIZE);
        json_decref(root);
        if (rc == 0 && valid_id(id))
                return 0;
        *id = '\0'; /* nobody is to ask for what was there */
        return -1;
}

int container_image_id(const char *answer, char id[CONTAINER_IMAGE_ID_SIZE])
{
        json_t *root = json_loads(answer, 0, NULL);
        int rc = copy_string(root, "Id", id, CONTAINER_IMAGE_ID_SIZE);
        json_decref(root);
        return rc || !*id ? -1 : 0;
}

static long generation_of(const json_t *container)
{
        const json_t *labels = json_object_get(container, "Labels");
        const char *text = json_string_value(json_object_get(labels, CONTAINER_GENERATION_LABEL));
        return text ? strtol(text, NULL, 10) : -1;
}

int container_each(const char *answer, void (*each)(void *context, const struct container_seen *container),
        void *context)
{
        json_t *root = json_loads(answer, 0, NULL), *item;
        size_t i;
        int rc = json_is_array(root) ? 0 : -1;
        json_array_foreach(root, i, item)
        {
                char id[CONTAINER_ID_SIZE];
                const char *name = json_string_value(json_array_get(json_object_get(item, "Names"), 0));
                struct container_seen container = {.id = id,
                        .name = name && *name == '/' ? name + 1 : "",
                        .generation = generation_of(item),
                        .created_s = json_integer_value(json_object_get(item, "Created"))};
                if (!copy_string(item, "Id", id, sizeof id) && valid_id(id))
                        each(context, &container);
        }
        json_decref(root);
        return rc;
}

int container_event(const char *line, char id[CONTAINER_ID_SIZE], char action[32])
{
        json_t *root = json_loads(line, 0, NULL);
        int rc = copy_string(json_object_get(root, "Actor"), "ID", id, CONTAINER_ID_SIZE) ||
                 copy_string(root, "Action", action, 32);
        json_decref(root);
        return !rc;
}

bool container_has_cgroupfs(const char *answer)
{
        json_t *root = json_loads(answer, 0, NULL);
        const char *driver = json_string_value(json_object_get(root, "CgroupDriver"));
        bool cgroupfs = driver && !strcmp(driver, "cgroupfs");
        json_decref(root);
        return cgroupfs;
}

int container_version(const char *answer, char api[16], char min_api[16], char version[32])
{
        json_t *root = json_loads(answer, 0, NULL);
        int rc = copy_string(root, "ApiVersion", api, 16);
        if (copy_string(root, "MinAPIVersion", min_api, 16))
                *min_api = '\0';
        if (copy_string(root, "Version", version, 32))
                *version = '\0';
        json_decref(root);
        return rc;
}
