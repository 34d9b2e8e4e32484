/* What the service makes of what the probe found: each limit that did not bite is named. */
#include "fcgi/sandbox/probe.h"

#include "fcgi/base/io.h"
#include "fcgi/sandbox/sandbox.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static const struct settings settings = {.limits = {.workspace_mib = 32}};
static const struct language language = {.processes = 64};

#define GOOD                                                                                                 \
        "root refused\nidentity kept\nnamespaces refused\nnetwork none\nworkspace_kib 32764\nprocesses 64\n"

static int probe(const char *said, uint8_t ended_by, uint8_t signal_number, bool counted, struct error *err)
{
        struct buffer out = BUFFER_MAX(4096);
        struct protocol_report report = {.kind = STEP_RUN,
                .ended_by = ended_by,
                .signal = signal_number,
                .exit_code = signal_number ? -1 : 0};
        uint8_t payload[PROTOCOL_REPORT_SIZE];
        struct frame text = {FRAME_STDOUT, (uint32_t)strlen(said), (const uint8_t *)said};
        struct frame end = {FRAME_REPORT, sizeof payload, payload};
        protocol_put_report(payload, &report);
        *err = (struct error){0};
        int rc = probe_frame(&out, &language, &settings, counted, &text, err);
        if (!rc)
                rc = probe_frame(&out, &language, &settings, counted, &end, err);
        buffer_clear(&out);
        return rc;
}

static void limits_that_bite_pass(void **state)
{
        struct error err;
        (void)state;
        assert_int_equal(probe(GOOD, ENDED_BY_MEMORY, SIGKILL, true, &err), 1);
        assert_int_equal(probe(GOOD, ENDED_BY_ITSELF, SIGKILL, false, &err), 1);
}

static void each_that_does_not_is_named(void **state)
{
        static const struct {
                const char *said;
                uint8_t ended_by;
                const char *word;
        } cases[] = {
                {GOOD, ENDED_BY_ITSELF, "memory limit"},
                {GOOD, ENDED_BY_WALL, "memory limit"},
                {GOOD, ENDED_BY_NO_START, "cannot be started"},
                {"root writable\nidentity kept\nnamespaces refused\nnetwork none\nworkspace_kib 1\nprocesses "
                 "1\n",
                        ENDED_BY_MEMORY, "root file system"},
                {"root refused\nidentity regained\nnamespaces refused\nnetwork none\nworkspace_kib "
                 "1\nprocesses 1\n",
                        ENDED_BY_MEMORY, "become root"},
                {"root refused\nidentity kept\nnamespaces allowed\nnetwork none\nworkspace_kib 1\nprocesses "
                 "1\n",
                        ENDED_BY_MEMORY, "namespaces"},
                {"root refused\nidentity kept\nnamespaces refused\nnetwork reached\nworkspace_kib "
                 "1\nprocesses 1\n",
                        ENDED_BY_MEMORY, "network"},
                {"root refused\nidentity kept\nnamespaces refused\nnetwork none\nworkspace_kib "
                 "32769\nprocesses 1\n",
                        ENDED_BY_MEMORY, "workspace"},
                {"root refused\nidentity kept\nnamespaces refused\nnetwork none\nworkspace_kib 1\nprocesses "
                 "65\n",
                        ENDED_BY_MEMORY, "processes"},
                {"root refused\n", ENDED_BY_MEMORY, "did not finish"},
                {"", ENDED_BY_MEMORY, "did not finish"},
                {GOOD "memory unlimited\n", ENDED_BY_MEMORY, "did not finish"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct error err;
                assert_int_equal(probe(cases[i].said, cases[i].ended_by, 0, true, &err), -1);
                if (!strstr(err.text, cases[i].word))
                        fail_msg("case %zu: %s", i, err.text);
        }
}

static void sigkill_alone_does_not_do_where_memory_is_counted(void **state)
{
        struct error err;
        (void)state;
        assert_int_equal(probe(GOOD, ENDED_BY_ITSELF, SIGKILL, true, &err), -1);
}

static void on_changed(void *context, struct sandbox *sandbox, enum sandbox_state before)
{
        (void)context;
        (void)sandbox;
        (void)before;
}

/* The runner's bytes as the daemon passes them on. */
static void say(int fd, const char *text)
{
        uint8_t size = (uint8_t)(PROTOCOL_HEADER_SIZE + strlen(text)),
                docker[8] = {1, 0, 0, 0, 0, 0, 0, size};
        uint8_t header[PROTOCOL_HEADER_SIZE];
        protocol_put_header(header, FRAME_STDOUT, (uint32_t)strlen(text));
        assert_int_equal(io_write_all(fd, docker, sizeof docker, -1, NULL), 0);
        assert_int_equal(io_write_all(fd, header, sizeof header, -1, NULL), 0);
        assert_int_equal(io_write_all(fd, text, strlen(text), -1, NULL), 0);
}

/* Such a sandbox's memory cannot be counted; its stream ends after the probe has said so much. cut: it is
 * reset instead, because something was still to be read at the other end. */
static bool is_proven_at_the_end(const char *said, bool cut, char why[160])
{
        struct sandbox_owner owner = {.settings = &settings, .changed = on_changed};
        struct sandbox *sandbox = calloc(1, sizeof *sandbox);
        int ends[2];
        assert_non_null(sandbox);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        owner.engine = engine_new("/nowhere/docker.sock", 1000, NULL);
        *sandbox = (struct sandbox){.owner = &owner,
                .language = &language,
                .state = SANDBOX_PROBING,
                .primer = true,
                .primed = true,
                .attach.fd = ends[0],
                .frames = frames_new(),
                .prime.out = BUFFER_MAX(4096)};
        if (*said)
                say(ends[1], said);
        if (cut)
                assert_int_equal(write(ends[0], "", 1), 1);
        close(ends[1]);
        sandbox_readable(sandbox);
        assert_int_equal(sandbox->state, SANDBOX_REMOVING);
        bool proven = sandbox->proven;
        memcpy(why, sandbox->why, sizeof sandbox->why);
        sandbox_free(sandbox);
        engine_free(owner.engine);
        return proven;
}

/* A daemon that is restarted ends the stream too. */
static void an_end_of_all_proves_only_what_was_said(void **state)
{
        char why[160];
        (void)state;
        assert_true(is_proven_at_the_end(GOOD, false, why));
        assert_string_equal(why, "done");
        assert_false(is_proven_at_the_end("", false, why));
        assert_non_null(strstr(why, "did not finish"));
        assert_false(is_proven_at_the_end("root refused\nidentity kept\n", false, why));
        assert_non_null(strstr(why, "did not finish"));
        assert_false(is_proven_at_the_end("root writable\nidentity kept\nnamespaces refused\nnetwork none\n"
                                          "workspace_kib 1\nprocesses 1\n",
                false, why));
        assert_non_null(strstr(why, "root file system"));
        assert_false(is_proven_at_the_end(GOOD, true, why));
        assert_string_equal(why, "the stream ended");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(limits_that_bite_pass),
                cmocka_unit_test(each_that_does_not_is_named),
                cmocka_unit_test(sigkill_alone_does_not_do_where_memory_is_counted),
                cmocka_unit_test(an_end_of_all_proves_only_what_was_said),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
