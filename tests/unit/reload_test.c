/* What a reload leaves to be done later. */
#include "fcgi/service/reload.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/wait.h>
#include <cmocka.h>

static struct config *config;
static struct crew crew;

static bool workers_run(void)
{
        return crew.children[1].pid && crew.children[2].pid;
}

/* The log is opened anew while so many workers leave that none can be added: those that are there go on in
 * the old log, until there is room for their successors. */
static void workers_follow_the_log_when_there_is_room(void **state)
{
        struct error err = {0};
        struct reload reload = {.step = RELOAD_NONE};
        (void)state;
        crew.leaving_count = CREW_LEAVING_MAX;
        reload_log(&reload, &crew);
        assert_false(workers_run());
        reload_settle(&reload, &crew, true, 0);
        assert_false(workers_run());

        crew.leaving_count = CREW_LEAVING_MAX - crew.count;
        assert_int_equal(crew_can_replace(&crew, &err), 0);
        reload_settle(&reload, &crew, true, 0);
        assert_true(workers_run());

        /* Once is enough. */
        pid_t pid = crew.children[1].pid;
        reload_settle(&reload, &crew, true, 0);
        assert_int_equal(crew.children[1].pid, pid);
}

/* A word of its own for each: one that idles would speak for one that runs a program. */
static void workers_that_come_and_go_are_watched_apart(void **state)
{
        const struct watch *seen[CREW_MAX + CREW_LEAVING_MAX];
        size_t count = 0;
        (void)state;
        crew.leaving_count = 0;
        config->settings->workers = 6;
        crew_replace(&crew);
        assert_int_equal(crew.count, 8);
        assert_int_equal(crew.leaving_count, 2);
        for (size_t i = 0; i < crew.count; i++)
                seen[count++] = crew.children[i].watch;
        for (size_t i = 0; i < crew.leaving_count; i++)
                seen[count++] = crew.leaving[i].watch;
        for (size_t i = 0; i < count; i++)
                for (size_t j = 0; j < i; j++)
                        assert_ptr_not_equal(seen[i], seen[j]);
}

static int set_up(void **state)
{
        struct error err = {0};
        (void)state;
        config = config_load("conf/sandpool.yaml", &err);
        if (!config) {
                fprintf(stderr, "%s (run from the repository's root)\n", err.text);
                return -1;
        }
        config->settings->workers = 1;
        snprintf(config->settings->log_file, sizeof(config->settings->log_file), "/dev/null");
        crew.nursery = nursery_new(config);
        return crew_fill(&crew, &err);
}

/* Their lives are of no interest here. */
static int tear_down(void **state)
{
        (void)state;
        for (size_t i = 0; i < crew.count; i++)
                if (crew.children[i].pid) {
                        kill(crew.children[i].pid, SIGKILL);
                        waitpid(crew.children[i].pid, NULL, 0);
                }
        for (size_t i = 0; i < crew.leaving_count; i++) {
                kill(crew.leaving[i].pid, SIGKILL);
                waitpid(crew.leaving[i].pid, NULL, 0);
        }
        config_free(config);
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(workers_follow_the_log_when_there_is_room),
                cmocka_unit_test(workers_that_come_and_go_are_watched_apart),
        };
        return cmocka_run_group_tests(tests, set_up, tear_down);
}
