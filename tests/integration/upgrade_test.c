/* The binary is replaced under the service, and a new process takes over; or cannot, and nothing changes. */
#include "tests/integration/fixture.h"
#include "tests/integration/guests.h"
#include "tests/integration/http.h"
#include "tests/integration/must.h"
#include "tests/integration/processes.h"
#include "tests/integration/service_ask.h"
#include "tests/integration/service_places.h"
#include "tests/integration/spawn.h"
#include "tests/integration/steady.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define UPGRADES 3
#define WAIT_MS 120000
#define UPGRADE_MS 300000
#define UID_BASE 0x50000000u /* of tests/conf/sandpool.yaml */
#define UIDS_OF_A_GENERATION (256u * 65536u)

static struct remains before;

static void shell(const char *script)
{
        struct error err = {0};
        char whole[1024];
        snprintf(whole, sizeof whole, "cd %s && %s", fixture.dir, script);
        char *said = spawn_text(&err, "sh", "-ec", whole, NULL);
        if (!said)
                fail_msg("%s", err.text);
        free(said);
}

/* The service runs from a copy of the binary, so that another can be put in its place. */
static int start(void **state)
{
        struct error err = {0};
        struct service_options options = {
                .pool_max = 6, .queue_timeout_s = 50, .warm = {{"python", 2}, {"javascript", 1}, {"cpp", 0}}};
        char command[1200];
        (void)state;
        prctl(PR_SET_CHILD_SUBREAPER, 1); /* the heirs are this process's children */
        if (service_prepare(&fixture, &options, &err))
                return -1;
        snprintf(command, sizeof command, "cp %s %s/sandpool", fixture.binary, fixture.dir);
        snprintf(fixture.binary, sizeof fixture.binary, "%s/sandpool", fixture.dir);
        if (system(command) || service_start_prepared(&fixture, &err) ||
                remains_take(&fixture, &before, WAIT_MS, &err)) {
                print_error("%s\n", err.text);
                return -1;
        }
        return 0;
}

static int stop(void **state)
{
        remains_clear(&before);
        return fixture_stop(state);
}

/* As many processes, descriptors and containers as the first generation had; but for the files of a test's
 * own. */
static void nothing_is_left(void)
{
        struct error err = {0};
        shell("rm -f slept for-the-verb.yaml");
        must(remains_check(&fixture, &before, WAIT_MS, &err), &err);
}

/* The first user id and the generation of every container, one a line. */
static char *containers(void)
{
        struct error err = {0};
        char script[256];
        snprintf(script, sizeof script,
                "docker ps --no-trunc --filter label=sandpool.instance=%s --format "
                "'{{.Command}} {{.Label \"sandpool.generation\"}}' | sed 's/.*--uid-base=/--uid-base=/; "
                "s/\"//g'",
                fixture.instance);
        char *said = spawn_text(&err, "sh", "-c", script, NULL);
        if (!said)
                fail_msg("%s", err.text);
        return said;
}

/* All sandboxes are of the generation, and in its part of the user ids. */
static void all_are_of(unsigned generation)
{
        char *list = containers(), *rest = list, *line;
        unsigned first = UID_BASE + generation % 2 * UIDS_OF_A_GENERATION, uid, its;
        assert_string_not_equal(list, "");
        while ((line = strsep(&rest, "\n"))) {
                assert_int_equal(sscanf(line, "--uid-base=%u %u", &uid, &its), 2);
                assert_int_equal(its, generation);
                assert_in_range(uid, first, first + UIDS_OF_A_GENERATION - 1);
        }
        free(list);
}

static bool one_waits(void *context)
{
        (void)context;
        return guests_waiting(&fixture) == 1;
}

/* A request whose program waits to be told, and whose answer goes to a file. Returns when it does. */
static pid_t begin_slow_request(void)
{
        struct error err = {0};
        char url[64], path[128];
        snprintf(url, sizeof url, "http://127.0.0.1:%d/api/execute", fixture.port);
        snprintf(path, sizeof path, "%s/slept", fixture.dir);
        const char *const argv[] = {"curl", "-s", "-m", "120", "-o", path, "-H",
                "Content-Type: application/json", "-d",
                "{\"code\": \"" GUEST_WAITS "print('slept')\", \"policy\": \"off\", \"timeout\": 30}", url,
                NULL};
        pid_t client = spawn_start(argv, -1, &err);
        assert_true(client > 0 && service_until(one_waits, NULL, WAIT_MS));
        return client;
}

static void no_request_notices(void **state)
{
        struct error err = {0};
        const char *const argv[] = {fixture.binary, "--config", fixture.settings, "upgrade", NULL};
        unsigned number = 0;
        int status;
        (void)state;
        for (unsigned generation = 1; generation <= UPGRADES; generation++) {
                char path[128], *answer = NULL;
                struct stat file, process;
                pid_t client = begin_slow_request();
                shell("cp sandpool next && mv next sandpool"); /* another file under the same name */
                pid_t upgrading = spawn_start(argv, -1, &err);
                assert_true(upgrading > 0);
                steady_until(upgrading, &number);
                guests_release(&fixture);
                assert_int_equal(service_follow_upgrade(&fixture, &err), 1);
                assert_int_equal(spawn_wait(client, clock_ms() + WAIT_MS, &status, &err), 0);
                snprintf(path, sizeof path, "%s/slept", fixture.dir);
                assert_true(io_read_file(path, 4096, &answer, &err) > 0);
                assert_non_null(strstr(answer, "\"output\":\"slept\\n\""));
                free(answer);
                all_are_of(generation);
                snprintf(path, sizeof path, "/proc/%d/exe", (int)fixture.supervisor);
                assert_int_equal(stat(path, &process), 0);
                assert_int_equal(stat(fixture.binary, &file), 0);
                assert_int_equal(file.st_ino, process.st_ino);
        }
        nothing_is_left();
}

/* Whatever keeps the new process from serving: the old one serves on. */
static void who_cannot_start_changes_nothing(void **state)
{
        static const struct {
                const char *spoil, *mend;
        } cases[] = {
                {"printf 'xyz: 1\\n' >>sandpool.yaml", "sed -i '$d' sandpool.yaml"},
                {"mv sandpool kept; printf '#!/bin/sh\\nexit 1\\n' >sandpool; chmod 755 sandpool",
                        "mv kept sandpool"},
                {"mv sandpool kept", "mv kept sandpool"},
        };
        char own[512];
        (void)state;
        service_binary_path(own, sizeof own);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct error err = {0};
                struct buffer said = BUFFER_MAX(4096);
                char settings[128];
                snprintf(settings, sizeof settings, "%s/for-the-verb.yaml", fixture.dir);
                shell("cp sandpool.yaml for-the-verb.yaml");
                shell(cases[i].spoil);
                const char *const argv[] = {own, "--config", settings, "upgrade", NULL};
                assert_int_equal(spawn_run(argv, UPGRADE_MS, &said, NULL, &err), 1);
                buffer_clear(&said);
                shell(cases[i].mend);
                assert_int_equal(service_follow_upgrade(&fixture, &err), 0);
                json_t *answer = fixture_run("python", "print('as ever')", NULL);
                assert_non_null(answer);
                assert_string_equal(fixture_text(answer, "output"), "as ever\n");
                json_decref(answer);
        }
        all_are_of(UPGRADES);
        nothing_is_left();
}

/* A sample that takes its time: whoever reads the configuration from now on warms up for longer than a test
 * needs to find it at that. */
static void warm_up_slowly(void)
{
        shell("grep -q setTimeout languages/javascript.yaml || "
              "sed -i 's/^    console.log(\"Hello, World!\");/    setTimeout(() => console.log(\"Hello, "
              "World!\"), "
              "25000);/' languages/javascript.yaml && grep -q setTimeout languages/javascript.yaml");
}

/* The process that was to take over is killed while it warms up. Its parent is the one that the old process
 * has, who may be a service manager and will have to await its end, and not the old process. */
static bool heir_warms_up(void *context)
{
        struct process list[PROCESSES_MAX];
        size_t count = processes_list(fixture.session, getpid(), list);
        for (size_t i = 0; i < count; i++)
                if (!strcmp(list[i].name, "sandpool") && list[i].pid != fixture.supervisor) {
                        *(pid_t *)context = list[i].pid;
                        return processes_list(0, list[i].pid, list) == 1; /* its broker */
                }
        return false;
}

static bool only_own_containers(void *context)
{
        char *list = containers(), *rest = list, *line, generation[16];
        bool only = true;
        snprintf(generation, sizeof generation, " %u", *(unsigned *)context);
        while ((line = strsep(&rest, "\n")))
                only = only && strstr(line, generation);
        free(list);
        return only;
}

static void an_heir_that_is_killed_changes_nothing(void **state)
{
        struct error err = {0};
        const char *const argv[] = {fixture.binary, "--config", fixture.settings, "upgrade", NULL};
        unsigned generation = UPGRADES;
        int status;
        pid_t heir = 0;
        (void)state;
        warm_up_slowly();
        pid_t upgrading = spawn_start(argv, -1, &err);
        assert_true(upgrading > 0 && service_until(heir_warms_up, &heir, WAIT_MS));
        kill(heir, SIGKILL);
        assert_int_equal(spawn_wait(upgrading, clock_ms() + UPGRADE_MS, &status, &err), 0);
        assert_int_equal(WEXITSTATUS(status), 1);
        json_t *answer = fixture_run("python", "print('as ever')", NULL);
        assert_non_null(answer);
        json_decref(answer);
        assert_true(service_until(only_own_containers, &generation, WAIT_MS));
        nothing_is_left();
}

static bool serves(void *context)
{
        json_t *ready = service_get(&fixture, "/readyz", NULL);
        (void)context;
        json_decref(ready);
        return ready != NULL;
}

static bool none_is_of_the_elder(void *context)
{
        char *list = containers(), elder[16];
        (void)context;
        snprintf(elder, sizeof elder, " %u\n", UPGRADES);
        size_t length = strlen(list);
        bool none = length && !strstr(list, elder) &&
                    strncmp(list + length - strlen(elder) + 1, elder, strlen(elder) - 1) != 0;
        free(list);
        return none;
}

/* The one that is to be taken over from is killed too early: the heir serves at once, and tidies up. */
static void an_heir_takes_over_from_the_dead(void **state)
{
        struct error err = {0};
        const char *const argv[] = {fixture.binary, "--config", fixture.settings, "upgrade", NULL};
        int status;
        pid_t heir = 0, elder = fixture.supervisor;
        (void)state;
        warm_up_slowly();
        pid_t upgrading = spawn_start(argv, -1, &err);
        assert_true(upgrading > 0 && service_until(heir_warms_up, &heir, WAIT_MS));
        assert_int_equal(kill(elder, SIGKILL), 0);
        assert_int_equal(spawn_wait(elder, clock_ms() + WAIT_MS, &status, &err), 0);
        fixture.supervisor = heir;
        assert_true(service_until(serves, NULL, WAIT_MS));
        assert_int_equal(spawn_wait(upgrading, clock_ms() + UPGRADE_MS, &status, &err), 0);
        assert_int_equal(WEXITSTATUS(status), 0);
        assert_int_equal(service_follow_upgrade(&fixture, &err), 0);
        json_t *answer = fixture_run("python", "print('as ever')", NULL);
        assert_non_null(answer);
        json_decref(answer);
        assert_true(service_until(none_is_of_the_elder, NULL, WAIT_MS));
        nothing_is_left();
}

struct saying {
        pid_t pid;
        const char *event;
};

static bool is_said(void *context)
{
        const struct saying *saying = context;
        char pid[32];
        snprintf(pid, sizeof pid, "\"pid\":%d,", (int)saying->pid);
        return service_logged(&fixture, (const char *const[]){saying->event, pid, NULL}, NULL, 0);
}

/* A reload, a log's rotation, and one more upgrade, asked of the one that is being taken over from. */
static void what_is_asked_meanwhile_is_done_afterwards(void **state)
{
        struct error err = {0};
        const char *const upgrade[] = {fixture.binary, "--config", fixture.settings, "upgrade", NULL};
        const char *const reload[] = {fixture.binary, "--config", fixture.settings, "reload", NULL};
        pid_t heir = 0, elder = fixture.supervisor, asking[3];
        int status;
        (void)state;
        warm_up_slowly();
        asking[0] = spawn_start(upgrade, -1, &err);
        assert_true(asking[0] > 0 && service_until(heir_warms_up, &heir, WAIT_MS));
        shell("sed -i 's/setTimeout(() => \\(console.log(\"Hello, World!\")\\), 25000);/\\1;/' "
              "languages/javascript.yaml && ! grep -q setTimeout languages/javascript.yaml");
        asking[1] = spawn_start(reload, -1, &err);
        asking[2] = spawn_start(upgrade, -1, &err);
        assert_int_equal(kill(elder, SIGUSR1), 0);
        for (int i = 0; i < 3; i++) {
                assert_int_equal(spawn_wait(asking[i], clock_ms() + UPGRADE_MS, &status, &err), 0);
                assert_int_equal(status, 0);
        }
        assert_true(is_said(&(struct saying){heir, "log.opened"}));
        assert_true(is_said(&(struct saying){heir, "reload.done"}));
        assert_false(is_said(&(struct saying){elder, "reload.begun"}));
        assert_int_equal(spawn_wait(elder, clock_ms() + WAIT_MS, &status, &err), 0);
        fixture.supervisor = heir;
        assert_int_equal(service_follow_upgrade(&fixture, &err), 1);
        json_t *answer = fixture_run("python", "print('as ever')", NULL);
        assert_non_null(answer);
        json_decref(answer);
        nothing_is_left();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(no_request_notices),
                cmocka_unit_test(who_cannot_start_changes_nothing),
                cmocka_unit_test(an_heir_that_is_killed_changes_nothing),
                cmocka_unit_test(an_heir_takes_over_from_the_dead),
                cmocka_unit_test(what_is_asked_meanwhile_is_done_afterwards),
        };
        return cmocka_run_group_tests(tests, start, stop);
}
