/* A container that is not what was asked for is found out, whichever piece of its hardening is missing. */
#include "fcgi/sandbox/container.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct settings settings = {.instance = "unit",
        .limits = {
                .workspace_mib = 32, .workspace_inodes = 4096, .tmp_mib = 16, .shm_mib = 16, .file_mib = 16}};
static struct language language = {.id = "toy",
        .image = "sandpool/toy",
        .processes = 64,
        .open_files = 256,
        .cpu_percent = 50,
        .runtime = "runc",
        .memory_mib = {128, 32, 512}};
static const struct container_spec spec = {.settings = &settings,
        .language = &language,
        .seccomp = "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
        .cgroup_parent = "/sandpool-unit",
        .uid_base = 0x40000000,
        .memory_mib = 128};

/* What a daemon that did all that was asked would answer to inspect. */
static json_t *obedient(void)
{
        char *text = container_config(&spec);
        json_t *asked = json_loads(text, 0, NULL);
        json_t *config = json_deep_copy(asked), *host = json_deep_copy(json_object_get(asked, "HostConfig"));
        json_object_set_new(host, "MaskedPaths", json_pack("[s]", "/proc/kcore"));
        json_object_set_new(host, "ReadonlyPaths", json_pack("[s]", "/proc/sys"));
        json_object_set_new(host, "Binds", json_null());
        json_object_set_new(host, "PidMode", json_string(""));
        json_object_set_new(json_object_get(host, "LogConfig"), "Config", json_object());
        json_decref(asked);
        free(text);
        return json_pack("{s:o, s:o}", "Config", config, "HostConfig", host);
}

static int verify(json_t *inspected, struct error *err)
{
        char *text = json_dumps(inspected, 0);
        *err = (struct error){0};
        int rc = container_verify(&spec, text, err);
        free(text);
        return rc;
}

/* No job may be begun that could ask for a uid behind the last: 2 and one a run, with test cases; 3 without.
 */
static void uids_last_for_every_job(void **state)
{
        static const struct {
                uint32_t reuse, test_cases, jobs;
        } cases[] = {{200, 100, 200}, {1, 1000, 1}, {200, 1000, 65}, {1000, 100, 630}, {1000000, 1, 13107}};
        (void)state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                const struct language toy = {.reuse = cases[i].reuse};
                const struct limits limits = {.test_cases = cases[i].test_cases};
                uint32_t jobs = 0, uids = 0;
                while (!container_is_used_up(&toy, &limits, jobs, uids)) {
                        jobs++;
                        uids += container_job_uids(&limits);
                }
                assert_int_equal(jobs, cases[i].jobs);
                assert_true(jobs * (cases[i].test_cases + 3) <= CONTAINER_UIDS);
        }
}

static void what_was_asked_for_passes(void **state)
{
        (void)state;
        struct error err;
        json_t *inspected = obedient();
        int rc = verify(inspected, &err);
        assert_string_equal(err.text, "");
        assert_int_equal(rc, 0);
        json_decref(inspected);
}

/* Take away each key of HostConfig in turn; what is asked to be false may be left out. */
static void each_missing_key_is_found(void **state)
{
        (void)state;
        struct error err;
        const char *key;
        json_t *value, *all = obedient();
        size_t found = 0;
        json_object_foreach(json_object_get(all, "HostConfig"), key, value)
        {
                json_t *inspected = obedient();
                json_object_del(json_object_get(inspected, "HostConfig"), key);
                bool optional = json_is_false(value) || !strcmp(key, "Binds") || !strcmp(key, "PidMode");
                assert_int_equal(verify(inspected, &err), optional ? 0 : -1);
                if (!optional) {
                        assert_non_null(strstr(err.text, key));
                        found++;
                }
                json_decref(inspected);
        }
        assert_int_equal(found, 23);
        json_decref(all);
}

static void each_opening_is_found(void **state)
{
        (void)state;
        static const struct {
                const char *key, *value;
        } openings[] = {
                {"Privileged", "true"},
                {"NetworkMode", "\"bridge\""},
                {"ReadonlyRootfs", "false"},
                {"CapAdd", "[\"CAP_KILL\",\"CAP_SETGID\",\"CAP_SETUID\",\"CAP_SYS_ADMIN\"]"},
                {"Binds", "[\"/:/host\"]"},
                {"Mounts", "[{\"Type\":\"bind\"}]"},
                {"Devices", "[{\"PathOnHost\":\"/dev/kmsg\"}]"},
                {"PidMode", "\"host\""},
                {"UsernsMode", "\"host\""},
                {"MaskedPaths", "[]"},
                {"SecurityOpt", "[\"no-new-privileges\",\"seccomp=unconfined\"]"},
                {"Memory", "0"},
                {"PidsLimit", "0"},
        };
        for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
                struct error err;
                json_t *inspected = obedient();
                json_object_set_new(json_object_get(inspected, "HostConfig"), openings[i].key,
                        json_loads(openings[i].value, JSON_DECODE_ANY, NULL));
                assert_int_equal(verify(inspected, &err), -1);
                assert_non_null(strstr(err.text, openings[i].key));
                json_decref(inspected);
        }
}

/* HostConfig does not tell of it. */
static void an_image_s_volume_is_found(void **state)
{
        (void)state;
        struct error err;
        json_t *inspected = obedient();
        json_object_set_new(inspected, "Mounts", json_array());
        assert_int_equal(verify(inspected, &err), 0);
        json_object_set_new(inspected, "Mounts", json_pack("[{s:s}]", "Type", "volume"));
        assert_int_equal(verify(inspected, &err), -1);
        assert_non_null(strstr(err.text, "VOLUME"));
        json_decref(inspected);
}

static void another_command_is_found(void **state)
{
        (void)state;
        struct error err;
        json_t *inspected = obedient();
        json_object_set_new(json_object_get(inspected, "Config"), "Cmd", json_pack("[s]", "--once"));
        assert_int_equal(verify(inspected, &err), -1);
        json_decref(inspected);
}

static void garbage_is_refused(void **state)
{
        (void)state;
        struct error err = {0};
        char id[CONTAINER_ID_SIZE], action[32], api[16], min_api[16], version[32];
        assert_int_equal(container_verify(&spec, "{\"HostConfig\":", &err), -1);
        assert_int_equal(container_id("{\"Id\":\"../../etc\"}", id), -1);
        assert_int_equal(container_id("[]", id), -1);
        assert_int_equal(container_event("{}", id, action), 0);
        assert_int_equal(container_event("", id, action), 0);
        assert_int_equal(container_version("{\"ApiVersion\":41}", api, min_api, version), -1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(uids_last_for_every_job),
                cmocka_unit_test(what_was_asked_for_passes),
                cmocka_unit_test(each_missing_key_is_found),
                cmocka_unit_test(each_opening_is_found),
                cmocka_unit_test(an_image_s_volume_is_found),
                cmocka_unit_test(another_command_is_found),
                cmocka_unit_test(garbage_is_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
