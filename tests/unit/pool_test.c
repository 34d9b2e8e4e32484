/* What the pool decides: with sandboxes that stand in it as between two leases, and a daemon that answers
 * about images alone, so that every other call stays under way. */
#include "fcgi/sandbox/pool.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "tests/unit/fake_daemon.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 60000
#define HOUR_MS 3600000
#define UNANSWERED (-1)
#define IDLE_MIB 128
#define JOB_UIDS 1003 /* at least: one for each test case there may be, and 3 beside them */

static const struct settings settings = {.instance = "pool-test",
        .pool_max = 4,
        .idle_ms = HOUR_MS,
        .limits = {.workspace_mib = 32,
                .workspace_inodes = 4096,
                .tmp_mib = 16,
                .shm_mib = 16,
                .file_mib = 16,
                .test_cases = 1000}};

#define LANGUAGE(name)                                                                                       \
        {                                                                                                    \
                .id = (name), .image = (name), .enabled = LANGUAGE_ON, .runtime = "runc", .path = "",        \
                .memory_mib = {IDLE_MIB, 32, 512}, .cpu_percent = 50, .processes = 64, .open_files = 64,     \
                .max = 4, .reuse = 100, .max_age_ms = HOUR_MS                                                \
        }
static struct language languages[] = {LANGUAGE("there"), LANGUAGE("missing")};
static const struct language *const there = &languages[0], *const missing = &languages[1];
static const struct registry registry = {languages, 2}, no_languages = {NULL, 0};

struct asker {
        struct pool_wait wait;
        int answer; /* enum lease_answer, or UNANSWERED */
        struct sandbox *sandbox;
};

static struct fake_daemon daemon_of_images;
static struct engine *engine;
static struct pool *pool;
static bool reloaded;

static void serve(int fd, const char *request)
{
        static const char yes[] = "HTTP/1.1 200 OK\r\n\r\n{\"Id\":\"sha256:0\"}";
        static const char no[] = "HTTP/1.1 404 Not Found\r\n\r\n{\"message\":\"No such image\"}";
        char byte;
        if (strstr(request, "/images/there/"))
                io_write_all(fd, yes, sizeof yes - 1, -1, NULL);
        else if (strstr(request, "/images/missing/"))
                io_write_all(fd, no, sizeof no - 1, -1, NULL);
        else
                while (read(fd, &byte, 1) > 0)
                        ;
}

static void on_answer(
        void *context, struct pool_wait *wait, enum lease_answer answer, struct sandbox *sandbox)
{
        struct asker *asker = wait->holder;
        (void)context;
        assert_int_equal(asker->answer, UNANSWERED);
        asker->answer = (int)answer;
        asker->sandbox = sandbox;
}

static void on_taken(void *context, struct sandbox *sandbox)
{
        (void)context;
        (void)sandbox;
}

static void on_reloaded(void *context, const char *problem)
{
        (void)context;
        assert_null(problem);
        reloaded = true;
}

static struct edition *edition_of(const struct registry *its)
{
        struct edition *edition = edition_borrow(&settings, its, "{}", NULL);
        assert_non_null(edition);
        return edition;
}

static void ask(
        struct asker *asker, const struct language *language, uint32_t memory_mib, int64_t patience_ms)
{
        *asker = (struct asker){.answer = UNANSWERED};
        asker->wait = (struct pool_wait){.holder = asker,
                .language = language,
                .memory_mib = memory_mib,
                .deadline_ms = clock_ms() + patience_ms};
        pool_ask(pool, &asker->wait);
}

static struct sandbox *put_idle(const struct language *language)
{
        struct roster *roster = pool_roster(pool);
        int slot = roster_free_slot(roster), ends[2];
        struct sandbox *sandbox = calloc(1, sizeof *sandbox);
        assert_non_null(sandbox);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
        close(ends[1]);
        sandbox->owner = &pool_edition(pool)->owner;
        sandbox->language = language;
        sandbox->state = SANDBOX_IDLE;
        sandbox->slot = (uint32_t)slot;
        memset(sandbox->id, 'a' + slot, CONTAINER_ID_SIZE - 1);
        sandbox->memory_mib = IDLE_MIB;
        sandbox->born_ms = clock_ms();
        sandbox->idle_since_us = clock_us();
        sandbox->attach.fd = ends[0];
        sandbox->frames = frames_new();
        assert_non_null(sandbox->frames);
        roster->slots[slot] = sandbox;
        return sandbox;
}

/* Nobody is there to give it back: left as it is, it would be lent for ever. */
static void what_was_promised_goes_with_its_language(void **state)
{
        struct asker asker;
        const struct sandbox *sandbox = put_idle(there);
        (void)state;
        ask(&asker, there, 2 * IDLE_MIB, PATIENCE_MS);
        pool_settle(pool);
        assert_int_equal(sandbox->state, SANDBOX_RESIZING);
        assert_int_equal(pool_reload(pool, edition_of(&no_languages), on_reloaded, NULL, NULL), 0);
        pool_settle(pool);
        assert_true(reloaded);
        assert_int_equal(asker.answer, LEASE_NO_IMAGE);
        assert_int_equal(sandbox->state, SANDBOX_REMOVING);
        assert_string_equal(sandbox->why, "the configuration changed");
}

/* Somebody who does not want to wait has what nobody uses. */
static void what_is_idle_is_lent_however_late_it_is(void **state)
{
        struct asker first, second;
        struct sandbox *sandbox = put_idle(there);
        (void)state;
        ask(&first, there, IDLE_MIB, 0);
        ask(&second, there, IDLE_MIB, 0);
        pool_settle(pool);
        assert_int_equal(first.answer, LEASE_GRANTED);
        assert_ptr_equal(first.sandbox, sandbox);
        assert_int_not_equal(second.answer, LEASE_GRANTED);
        assert_int_not_equal(second.answer, UNANSWERED);
}

/* Until it is so, or nobody has patience any more. */
static void settle_until(bool (*is_so)(void))
{
        int64_t deadline_ms = clock_ms() + PATIENCE_MS;
        pool_settle(pool);
        while (!is_so()) {
                assert_true(clock_ms() < deadline_ms);
                assert_int_equal(engine_wait(engine, NULL, 0, 100, NULL), 0);
                pool_settle(pool);
        }
}

static bool is_primer(const struct sandbox *sandbox)
{
        return sandbox->primer && roster_staying(sandbox);
}

static bool has_primer(void)
{
        return roster_count(pool_roster(pool), there, is_primer);
}

/* Asked once more, there is one. */
static void it_is_made_for_those_who_do_not_wait(void **state)
{
        struct asker asker;
        const struct roster *roster = pool_roster(pool);
        (void)state;
        pool_set_docker(pool, true, "");
        settle_until(has_primer);
        for (size_t i = 0; i < ROSTER_SLOTS; i++)
                if (roster->slots[i] && is_primer(roster->slots[i])) {
                        roster->slots[i]->proven = true;
                        sandbox_event(roster->slots[i], SANDBOX_FAILED, "done");
                }
        pool_settle(pool);
        assert_int_equal(roster_count(roster, there, roster_coming), 0);
        ask(&asker, there, IDLE_MIB, 0);
        pool_settle(pool);
        assert_int_equal(asker.answer, LEASE_BUSY);
        assert_int_equal(roster_count(roster, there, roster_coming), 1);
}

static bool is_known_to_be_missing(void)
{
        static struct broker_status status;
        memset(&status, 0, sizeof status);
        pool_status(pool, &status);
        for (size_t i = 0; i < status.language_count; i++)
                if (!strcmp(status.languages[i].id, missing->id))
                        return strstr(status.languages[i].problem, "not there");
        return false;
}

/* Then nothing is there to wait for. */
static void without_its_image_it_serves_until_it_is_worn_out(void **state)
{
        struct asker first, second;
        (void)state;
        struct sandbox *sandbox = put_idle(missing);
        pool_set_docker(pool, true, "");
        settle_until(is_known_to_be_missing);
        ask(&first, missing, IDLE_MIB, PATIENCE_MS);
        ask(&second, missing, IDLE_MIB, PATIENCE_MS);
        pool_settle(pool);
        assert_int_equal(first.answer, LEASE_GRANTED);
        assert_int_equal(second.answer, UNANSWERED);
        pool_release(pool, sandbox, false);
        pool_settle(pool);
        assert_int_equal(second.answer, LEASE_NO_IMAGE);
}

/* Past its time, the broker would come back to it again and again without a pause. */
static void what_is_promised_has_no_time_to_be_looked_at(void **state)
{
        struct asker asker;
        (void)state;
        put_idle(there);
        ask(&asker, there, 2 * IDLE_MIB, PATIENCE_MS);
        int64_t next_ms = pool_settle(pool);
        assert_int_equal(asker.answer, UNANSWERED);
        assert_non_null(asker.wait.promised);
        assert_true(next_ms > asker.wait.deadline_ms);
}

/* A job is counted as what it may have taken when it was begun, whatever a reload allows later. */
static void no_job_is_begun_that_its_uids_may_not_last_for(void **state)
{
        (void)state;
        for (int fits = 0; fits < 2; fits++) {
                struct asker asker;
                struct sandbox *sandbox = put_idle(there);
                ask(&asker, there, IDLE_MIB, PATIENCE_MS);
                pool_settle(pool);
                assert_ptr_equal(asker.sandbox, sandbox);
                assert_in_range(sandbox->uids, JOB_UIDS, 2 * JOB_UIDS);
                sandbox->uids = CONTAINER_UIDS - (fits ? 2 * JOB_UIDS : JOB_UIDS - 1);
                pool_release(pool, sandbox, true);
                assert_int_equal(sandbox->state, fits ? SANDBOX_DRAINING : SANDBOX_REMOVING);
                assert_string_equal(sandbox->why, fits ? "" : "reuse reached");
        }
}

static int set_up(void **state)
{
        struct pool_hooks hooks = {.answer = on_answer, .taken = on_taken};
        (void)state;
        reloaded = false;
        engine = engine_new(daemon_of_images.path, PATIENCE_MS, NULL);
        pool = engine ? pool_new(engine, edition_of(&registry), 0, &hooks, NULL) : NULL;
        return pool ? 0 : -1;
}

static int tear_down(void **state)
{
        (void)state;
        pool_free(pool);
        engine_free(engine);
        return 0;
}

static int start(void **state)
{
        (void)state;
        log_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
        return fake_daemon_start(&daemon_of_images, serve);
}

static int stop(void **state)
{
        (void)state;
        return fake_daemon_stop(&daemon_of_images);
}

#define POOL_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
        const struct CMUnitTest tests[] = {
                POOL_TEST(what_was_promised_goes_with_its_language),
                POOL_TEST(what_is_idle_is_lent_however_late_it_is),
                POOL_TEST(it_is_made_for_those_who_do_not_wait),
                POOL_TEST(without_its_image_it_serves_until_it_is_worn_out),
                POOL_TEST(what_is_promised_has_no_time_to_be_looked_at),
                POOL_TEST(no_job_is_begun_that_its_uids_may_not_last_for),
        };
        return cmocka_run_group_tests(tests, start, stop);
}
