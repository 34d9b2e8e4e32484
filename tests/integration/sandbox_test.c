/* The containers as Docker describes them: each piece of hardening, one by one. */
#include "fcgi/base/io.h"
#include "tests/integration/fixture.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB (1LL << 20)
#define WAIT_MS 120000

static json_t *sandboxes; /* what `docker inspect` says of all of them */

static bool all_languages_are_there(void *context)
{
        char ids[SERVICE_CONTAINERS_MAX][65];
        (void)context;
        /* 2 + 2 + 1, as shipped. */
        return service_sandboxes(&fixture, "idle", NULL) == 5 && service_containers(&fixture, ids, NULL) == 5;
}

static int inspect_all(void)
{
        char ids[SERVICE_CONTAINERS_MAX][65];
        struct error err = {0};
        int count = service_containers(&fixture, ids, &err);
        sandboxes = json_array();
        for (int i = 0; i < count; i++) {
                char *text = spawn_text(&err, "docker", "inspect", ids[i], NULL);
                json_t *list = text ? json_loads(text, 0, NULL) : NULL;
                json_array_extend(sandboxes, list);
                json_decref(list);
                free(text);
        }
        if ((int)json_array_size(sandboxes) != count)
                fprintf(stderr, "inspect: %s\n", err.text);
        return count > 0 && (int)json_array_size(sandboxes) == count ? 0 : -1;
}

static int start(void **state)
{
        struct service_options options = {.pool_max = 8, .cpus = "0", .queue_timeout_s = 50};
        (void)state;
        if (fixture_start(&options))
                return -1;
        if (service_until(all_languages_are_there, NULL, WAIT_MS) && inspect_all() == 0)
                return 0;
        fixture_stop(NULL);
        return -1;
}

/* The sandboxes' control group: its name as Docker has it, and its folder. */
static void group_of(char name[64], char folder[128])
{
        bool v2 = !access("/sys/fs/cgroup/cgroup.controllers", F_OK);
        snprintf(name, 64, "/sandpool-%s", fixture.instance);
        snprintf(folder, 128, "/sys/fs/cgroup/%s%s", v2 ? "" : "cpu", name);
}

static int stop(void **state)
{
        char name[64], folder[128];
        group_of(name, folder);
        json_decref(sandboxes);
        int rc = fixture_stop(state);
        if (!access(folder, F_OK)) {
                print_error("%s is left\n", folder);
                rc = -1;
        }
        return rc;
}

/* The value at a path such as "HostConfig.Memory". */
static json_t *at(json_t *value, const char *path)
{
        char key[64];
        while (*path) {
                size_t length = strcspn(path, ".");
                snprintf(key, sizeof key, "%.*s", (int)length, path);
                value = json_object_get(value, key);
                path += length + (path[length] == '.');
        }
        return value;
}

static const char *language_of(json_t *sandbox)
{
        return json_string_value(json_object_get(at(sandbox, "Config.Labels"), "sandpool.language"));
}

static bool is_empty(const json_t *value)
{
        return !value || json_is_null(value) || (json_is_array(value) && !json_array_size(value)) ||
               (json_is_object(value) && !json_object_size(value)) ||
               (json_is_string(value) && !json_string_length(value));
}

/* Every sandbox has the value, written as JSON, at the path. */
static void all_have(const char *path, const char *expected)
{
        size_t i;
        json_t *sandbox, *want = json_loads(expected, JSON_DECODE_ANY, NULL);
        assert_non_null(want);
        json_array_foreach(sandboxes, i, sandbox)
        {
                if (json_equal(at(sandbox, path), want))
                        continue;
                char *text = at(sandbox, path) ? json_dumps(at(sandbox, path), JSON_ENCODE_ANY) : NULL;
                fail_msg(
                        "%s: %s is %s, not %s", language_of(sandbox), path, text ? text : "absent", expected);
        }
        json_decref(want);
}

static void all_have_nothing(const char *path)
{
        size_t i;
        json_t *sandbox;
        json_array_foreach(sandboxes, i, sandbox)
        {
                if (!is_empty(at(sandbox, path)))
                        fail_msg("%s: %s is not empty", language_of(sandbox), path);
        }
}

static void network(void **state)
{
        (void)state;
        all_have("HostConfig.NetworkMode", "\"none\"");
        all_have("Config.NetworkDisabled", "true");
        all_have("HostConfig.PublishAllPorts", "false");
        all_have_nothing("HostConfig.PortBindings");
        all_have_nothing("NetworkSettings.IPAddress");
        all_have_nothing("HostConfig.Links");
        all_have("HostConfig.Sysctls",
                "{\"net.ipv4.tcp_max_tw_buckets\": \"0\", \"net.ipv4.tcp_no_metrics_save\": \"1\","
                "\"net.ipv4.tcp_rmem\": \"4096 131072 262144\", \"net.ipv4.tcp_wmem\": \"4096 16384 "
                "262144\"}");
}

static void file_system(void **state)
{
        static const char *const places[] = {"/workspace", "/tmp", "/dev/shm"};
        static const char *const options[] = {"nosuid", "nodev", "size=", "nr_inodes="};
        size_t i;
        json_t *sandbox;
        (void)state;
        all_have("HostConfig.ReadonlyRootfs", "true");
        static const char *const none[] = {"HostConfig.Binds", "HostConfig.Mounts", "Mounts",
                "HostConfig.VolumesFrom", "HostConfig.Devices", "HostConfig.DeviceRequests", NULL};
        for (i = 0; none[i]; i++)
                all_have_nothing(none[i]);
        json_array_foreach(sandboxes, i, sandbox)
        {
                json_t *tmpfs = at(sandbox, "HostConfig.Tmpfs");
                assert_int_equal(json_object_size(tmpfs), 3);
                for (size_t j = 0; j < sizeof places / sizeof *places; j++) {
                        const char *text = json_string_value(json_object_get(tmpfs, places[j]));
                        assert_non_null(text);
                        for (size_t k = 0; k < sizeof options / sizeof *options; k++)
                                if (!strstr(text, options[k]))
                                        fail_msg("%s: %s without %s", places[j], text, options[k]);
                }
                assert_non_null(strstr(json_string_value(json_object_get(tmpfs, "/tmp")), "noexec"));
        }
}

static void privileges(void **state)
{
        size_t i;
        json_t *sandbox;
        (void)state;
        all_have("HostConfig.Privileged", "false");
        all_have("HostConfig.CapDrop", "[\"ALL\"]");
        all_have("HostConfig.CapAdd", "[\"CAP_KILL\", \"CAP_SETGID\", \"CAP_SETUID\"]");
        all_have("HostConfig.IpcMode", "\"private\"");
        all_have_nothing("HostConfig.PidMode");
        all_have_nothing("HostConfig.UTSMode");
        all_have_nothing("HostConfig.UsernsMode");
        all_have_nothing("HostConfig.GroupAdd");
        json_array_foreach(sandboxes, i, sandbox)
        {
                json_t *options = at(sandbox, "HostConfig.SecurityOpt");
                assert_int_equal(json_array_size(options), 2);
                assert_string_equal(json_string_value(json_array_get(options, 0)), "no-new-privileges");
                const char *seccomp = json_string_value(json_array_get(options, 1));
                assert_memory_equal(seccomp, "seccomp={", 9);
                json_t *profile = json_loads(seccomp + 8, 0, NULL);
                assert_string_equal(fixture_text(profile, "defaultAction"), "SCMP_ACT_ERRNO");
                json_decref(profile);
        }
}

static void resources(void **state)
{
        static const struct {
                const char *language;
                long long memory, cpu_quota;
        } expected[] = {
                {"cpp", 512 * MIB, 100000}, {"javascript", 128 * MIB, 100000}, {"python", 128 * MIB, 50000}};
        size_t i;
        json_t *sandbox;
        (void)state;
        all_have("HostConfig.PidsLimit", "65");
        all_have("HostConfig.CpuPeriod", "100000");
        all_have("HostConfig.OomScoreAdj", "500");
        all_have("HostConfig.OomKillDisable", "false");
        all_have("HostConfig.Runtime", "\"runc\"");
        json_array_foreach(sandboxes, i, sandbox)
        {
                size_t j = 0;
                while (strcmp(expected[j].language, language_of(sandbox)))
                        assert_true(++j < sizeof expected / sizeof *expected);
                assert_int_equal(json_integer_value(at(sandbox, "HostConfig.Memory")), expected[j].memory);
                assert_int_equal(
                        json_integer_value(at(sandbox, "HostConfig.MemorySwap")), expected[j].memory);
                assert_int_equal(
                        json_integer_value(at(sandbox, "HostConfig.CpuQuota")), expected[j].cpu_quota);
        }
}

static void ulimits(void **state)
{
        size_t i, j;
        json_t *sandbox, *limit;
        (void)state;
        json_array_foreach(sandboxes, i, sandbox)
        {
                json_t *limits = at(sandbox, "HostConfig.Ulimits");
                assert_int_equal(json_array_size(limits), 3);
                json_array_foreach(limits, j, limit)
                {
                        const char *name = fixture_text(limit, "Name");
                        json_int_t want = !strcmp(name, "core")     ? 1
                                          : !strcmp(name, "nofile") ? 256
                                                                    : 16 * MIB;
                        assert_string_not_equal(name, "nproc"); /* it would count a uid over all containers */
                        assert_int_equal(json_integer_value(json_object_get(limit, "Soft")), want);
                        assert_int_equal(json_integer_value(json_object_get(limit, "Hard")), want);
                }
        }
}

/* No log of what programs write, no environment from the daemon's side, nothing that outlives its end. */
static void life(void **state)
{
        char expected[64];
        (void)state;
        all_have("HostConfig.LogConfig.Type", "\"none\"");
        all_have("HostConfig.AutoRemove", "true");
        all_have("HostConfig.RestartPolicy.Name", "\"no\"");
        all_have("Config.Tty", "false");
        all_have("Config.OpenStdin", "true");
        all_have("Config.StdinOnce", "false");
        all_have("Config.Entrypoint", "[\"/sandpool/runner\"]");
        all_have("Config.WorkingDir", "\"/workspace\"");
        all_have("State.Running", "true");
        snprintf(expected, sizeof expected, "\"%s\"", fixture.instance);
        size_t i;
        json_t *sandbox;
        json_array_foreach(sandboxes, i, sandbox) assert_string_equal(
                json_string_value(json_object_get(at(sandbox, "Config.Labels"), "sandpool.instance")),
                fixture.instance);
}

/* Every sandbox has user ids of its own: kernels count some things per user, over all containers. */
static void user_ids_do_not_overlap(void **state)
{
        unsigned bases[SERVICE_CONTAINERS_MAX];
        size_t i;
        json_t *sandbox;
        (void)state;
        json_array_foreach(sandboxes, i, sandbox)
        {
                const char *argument = json_string_value(json_array_get(at(sandbox, "Config.Cmd"), 1));
                assert_non_null(argument);
                assert_int_equal(sscanf(argument, "--uid-base=%u", &bases[i]), 1);
                assert_true(bases[i] >= 0x50000000);
                assert_int_equal(bases[i] % 65536, 0);
                for (size_t j = 0; j < i; j++)
                        assert_int_not_equal(bases[i], bases[j]);
        }
}

/* The memory that a request asks for is the sandbox's while it runs, and no longer. */
static void memory_is_restored(void **state)
{
        struct error err = {0};
        (void)state;
        json_t *answer = fixture_run("python", "print(1)", "\"memoryLimit\": 333");
        assert_non_null(answer);
        json_decref(answer);
        assert_true(service_until(all_languages_are_there, NULL, WAIT_MS));
        json_t *before = sandboxes;
        assert_int_equal(inspect_all(), 0);
        resources(state);
        json_decref(before);
        assert_string_equal(err.text, "");
}

static void processors(void **state)
{
        (void)state;
        all_have("HostConfig.CpusetCpus", "\"0\"");
        json_t *answer = fixture_run("python", "import os\nprint(os.sched_getaffinity(0))\n", NULL);
        assert_non_null(answer);
        assert_string_equal(fixture_text(answer, "output"), "{0}\n");
        json_decref(answer);
}

/* All of them together weigh more than what else wants the CPU; where systemd manages control groups, it does
 * that too. */
static void weight(void **state)
{
        (void)state;
        struct error err = {0};
        char name[64], folder[128], path[160], quoted[80], *driver, *text = NULL;
        driver = spawn_text(&err, "docker", "info", "-f", "{{.CgroupDriver}}", NULL);
        assert_non_null(driver);
        bool ours = !strcmp(driver, "cgroupfs");
        free(driver);
        if (!ours)
                skip();
        group_of(name, folder);
        snprintf(quoted, sizeof quoted, "\"%s\"", name);
        all_have("HostConfig.CgroupParent", quoted);
        snprintf(path, sizeof path, "%s/cpu.shares", folder);
        if (io_read_file(path, 64, &text, NULL) >= 0)
                assert_int_equal(atoi(text), 10240);
        else {
                snprintf(path, sizeof path, "%s/cpu.weight", folder);
                assert_true(io_read_file(path, 64, &text, &err) >= 0);
                assert_int_equal(atoi(text), 1000);
        }
        free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(network),
                cmocka_unit_test(file_system),
                cmocka_unit_test(privileges),
                cmocka_unit_test(resources),
                cmocka_unit_test(ulimits),
                cmocka_unit_test(processors),
                cmocka_unit_test(weight),
                cmocka_unit_test(life),
                cmocka_unit_test(user_ids_do_not_overlap),
                cmocka_unit_test(memory_is_restored),
        };
        return cmocka_run_group_tests(tests, start, stop);
}
