/* The old process of an upgrade, with heirs that are this program again: what they say, and what they do not.
 */
#include "fcgi/service/upgrade.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/sandbox/docker.h"
#include "fcgi/service/places.h"
#include "fcgi/service/supervisor.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 60000
#define MOMENT_MS 300             /* in which an elder that does not wait has ended */
#define HEIR_PID "4000000\n"      /* no process has it */
#define HEIR "SANDPOOL_TEST_HEIR" /* how it is, in its environment */

enum { PID_FD = 5, LINE_FD = 6 }; /* of an heir, see handover.c */

static char folder[] = "/tmp/sandpool-upgrade-XXXXXX";
static struct config *config;
static struct crew crew;
static struct upgrade upgrade;

static const char *in_folder(const char *name)
{
        static char path[80];
        snprintf(path, sizeof(path), "%s/%s", folder, name);
        return path;
}

static pid_t named_by_pid_file(void)
{
        char *text = NULL;
        assert_true(io_read_file(in_folder("sandpool.pid"), 32, &text, NULL) > 0);
        pid_t pid = (pid_t)atol(text);
        free(text);
        return pid;
}

/* --- heirs ------------------------------------------------------------------------------------- */

static void heir_says(enum handover_word word)
{
        if (handover_tell(LINE_FD, word, NULL))
                _exit(2);
}

/* Until a word comes, or the line ends. */
static enum handover_word heir_hears(void)
{
        struct pollfd line = {.fd = LINE_FD, .events = POLLIN};
        io_poll(&line, 1, clock_ms() + PATIENCE_MS);
        return handover_hear(LINE_FD);
}

static void heir_as_it_should_be(void)
{
        heir_says(HANDOVER_WARM);
        if (heir_hears() != HANDOVER_GO)
                _exit(3);
        heir_says(HANDOVER_TAKEN);
        _exit(heir_hears() == HANDOVER_ENDED ? 0 : 4);
}

static void heir_in_a_hurry(void)
{
        heir_says(HANDOVER_TAKEN);
        heir_hears();
        _exit(0);
}

static void heir_that_ends(void)
{
        _exit(1);
}

static void heir_that_stops_in_between(void)
{
        heir_says(HANDOVER_WARM);
        heir_hears();
        if (pwrite(PID_FD, HEIR_PID, strlen(HEIR_PID), 0) > 0)
                heir_hears();
        _exit(0);
}

/* It hears that the service ends before it says that it has taken charge. */
static void take_too_late(void)
{
        if (heir_hears() != HANDOVER_END)
                _exit(6);
        heir_says(HANDOVER_TAKEN);
        if (heir_hears() != HANDOVER_ENDED)
                _exit(7);
}

static void heir_that_is_late(void)
{
        heir_says(HANDOVER_WARM);
        if (heir_hears() != HANDOVER_GO)
                _exit(3);
        take_too_late();
        _exit(0);
}

/* The same, and it sees to that itself. Returns the elder, its process in *fd. */
static pid_t end_the_elder(int *fd)
{
        char elder[24] = "", own[24];
        int length = snprintf(own, sizeof(own), "%d\n", (int)getpid());
        heir_says(HANDOVER_WARM);
        if (heir_hears() != HANDOVER_GO)
                _exit(3);
        if (pread(PID_FD, elder, sizeof(elder) - 1, 0) <= 0 ||
                (*fd = (int)syscall(SYS_pidfd_open, atol(elder), 0)) < 0 ||
                pwrite(PID_FD, own, (size_t)length, 0) != length || ftruncate(PID_FD, length) ||
                kill((pid_t)atol(elder), SIGTERM))
                _exit(8);
        take_too_late();
        return (pid_t)atol(elder);
}

static bool has_ended(int process_fd, int64_t within_ms)
{
        struct pollfd process = {.fd = process_fd, .events = POLLIN};
        return io_poll(&process, 1, clock_ms() + within_ms) > 0;
}

/* Its elder has nothing left to do, and stays. */
static void heir_that_ends_the_elder(void)
{
        int fd;
        end_the_elder(&fd);
        _exit(has_ended(fd, MOMENT_MS) ? 9 : 0);
}

/* It takes too long for whoever told the elder. */
static void heir_that_stays(void)
{
        int fd;
        pid_t elder = end_the_elder(&fd);
        _exit(kill(elder, SIGTERM) || !has_ended(fd, PATIENCE_MS) ? 10 : 0);
}

/* By the name in the environment. */
static void be_heir(const char *name)
{
        static const struct {
                const char *name;
                void (*be)(void);
        } heirs[] = {{"as it should be", heir_as_it_should_be}, {"in a hurry", heir_in_a_hurry},
                {"ends", heir_that_ends}, {"stops in between", heir_that_stops_in_between},
                {"is late", heir_that_is_late}, {"ends the elder", heir_that_ends_the_elder},
                {"stays", heir_that_stays}};
        for (size_t i = 0; i < sizeof(heirs) / sizeof(*heirs); i++)
                if (!strcmp(heirs[i].name, name))
                        heirs[i].be();
        _exit(5);
}

/* --- tests ------------------------------------------------------------------------------------- */

static void begin(const char *heir)
{
        int fd = open(
                in_folder("broker-1.sock"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600); /* as if it listened */
        assert_true(fd >= 0);
        close(fd);
        assert_int_equal(setenv(HEIR, heir, 1), 0);
        memset(&upgrade, 0, sizeof(upgrade));
        upgrade_open(&upgrade);
        upgrade_ask(&upgrade);
        upgrade_settle(&upgrade, &crew, true, 0);
        assert_true(upgrade.heir > 0);
}

/* As the supervisor does whenever something may have happened; its time stands still at now_ms. */
static void settle_until(const bool *reached, int64_t now_ms)
{
        int64_t deadline_ms = clock_ms() + PATIENCE_MS;
        while (!*reached && upgrade.heir && clock_ms() < deadline_ms) {
                struct pollfd line = {.fd = crew.nursery.heir_fd, .events = POLLIN};
                io_poll(&line, 1, deadline_ms);
                upgrade_settle(&upgrade, &crew, true, now_ms);
        }
}

static int status_of(pid_t pid)
{
        int status;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return status;
}

/* It is as before. */
static void assert_failed(void)
{
        struct reload_outcome outcome;
        assert_int_equal(upgrade.heir, 0);
        assert_false(upgrade.done || upgrade.granted);
        assert_int_equal(crew.nursery.heir_fd, -1);
        assert_int_equal(crew.nursery.spared, DOCKER_SPARE_NONE);
        assert_int_equal(access(in_folder("broker-1.sock"), F_OK), -1);
        assert_int_equal(named_by_pid_file(), getpid());
        reload_note_read_file(folder, RELOAD_NOTE_UPGRADE, &outcome);
        assert_int_equal(outcome.state, RELOAD_FAILED);
}

static void one_takes_over(void **state)
{
        (void)state;
        struct reload_outcome outcome;
        begin("as it should be");
        pid_t heir = upgrade.heir;
        settle_until(&upgrade.done, 0);
        assert_true(upgrade.done);
        reload_note_read_file(folder, RELOAD_NOTE_UPGRADE, &outcome);
        assert_int_equal(outcome.state, RELOAD_OK);
        io_close(&crew.nursery.heir_fd);
        assert_int_equal(status_of(heir), 0);
}

static void one_that_was_not_let_does_not(void **state)
{
        (void)state;
        begin("in a hurry");
        pid_t heir = upgrade.heir;
        struct pollfd line = {.fd = crew.nursery.heir_fd, .events = POLLIN};
        assert_int_equal(io_poll(&line, 1, clock_ms() + PATIENCE_MS), 1);
        upgrade_settle(&upgrade, &crew, true, 0);
        assert_false(upgrade.done);
        upgrade_settle(&upgrade, &crew, true, upgrade.until_ms);
        assert_int_equal(WTERMSIG(status_of(heir)), SIGKILL);
        assert_failed();
}

static void one_that_ends_changes_nothing(void **state)
{
        (void)state;
        begin("ends");
        pid_t heir = upgrade.heir;
        settle_until(&upgrade.done, 0);
        assert_int_equal(WEXITSTATUS(status_of(heir)), 1);
        assert_failed();
}

/* It was let, claims the pid file, and says no more. */
static void one_that_stops_in_between_is_killed(void **state)
{
        (void)state;
        begin("stops in between");
        pid_t heir = upgrade.heir;
        settle_until(&upgrade.granted, 0);
        assert_true(upgrade.granted);
        int64_t deadline_ms = clock_ms() + PATIENCE_MS;
        while (named_by_pid_file() != atol(HEIR_PID) && clock_ms() < deadline_ms)
                poll(NULL, 0, 1);
        assert_int_equal(named_by_pid_file(), atol(HEIR_PID));
        upgrade_settle(&upgrade, &crew, true, upgrade.until_ms - 1);
        assert_int_equal(upgrade.heir, heir);
        upgrade_settle(&upgrade, &crew, true, upgrade.until_ms);
        assert_int_equal(WTERMSIG(status_of(heir)), SIGKILL);
        assert_failed();
}

/* The service is told to end when one was let and has not said yet that it has taken charge. Whatever it
 * takes for this process's end, before that comes, costs requests. */
static void one_that_is_late_has_taken_over(void **state)
{
        (void)state;
        struct reload_outcome outcome;
        begin("is late");
        pid_t heir = upgrade.heir;
        settle_until(&upgrade.granted, 0);
        upgrade_stop(&upgrade, &crew);
        int64_t deadline_ms = clock_ms() + PATIENCE_MS;
        while (!upgrade.done && upgrade.heir && clock_ms() < deadline_ms) {
                struct pollfd line = {.fd = crew.nursery.heir_fd, .events = POLLIN};
                io_poll(&line, 1, deadline_ms);
                upgrade_hear_end(&upgrade, &crew);
        }
        assert_true(upgrade.done);
        assert_true(crew.nursery.heir_fd >= 0);
        reload_note_read_file(folder, RELOAD_NOTE_UPGRADE, &outcome);
        assert_int_equal(outcome.state, RELOAD_OK);
        io_close(&crew.nursery.heir_fd);
        assert_int_equal(status_of(heir), 0);
        unlink(in_folder("broker-1.sock"));
}

static pid_t start_elder(void)
{
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                struct error err = {0};
                struct inheritance none = {.fastcgi_fd = -1, .control_fd = -1, .pid_fd = -1, .line_fd = -1};
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                _exit(supervisor_run(config, &none, &err));
        }
        return pid;
}

/* The whole supervisor, until it has ended. Returns the heir. */
static pid_t end_elder(const char *heir_name)
{
        pid_t elder, heir;
        io_close(&crew.nursery.pid_fd); /* with its lock */
        assert_int_equal(setenv(HEIR, heir_name, 1), 0);
        elder = start_elder();
        int64_t deadline_ms = clock_ms() + PATIENCE_MS;
        while (named_by_pid_file() != elder && clock_ms() < deadline_ms)
                poll(NULL, 0, 1);
        assert_int_equal(kill(elder, SIGUSR2), 0);
        assert_int_equal(status_of(elder), 0);
        heir = named_by_pid_file();
        assert_int_not_equal(heir, elder);
        return heir;
}

/* The same in the whole supervisor: what is the heir's by then it leaves where it is. To a service manager
 * that is stopping the service it is still the main process: the heir ends first. */
static void an_elder_that_ends_leaves_all_to_one_that_is_late(void **state)
{
        (void)state;
        int status;
        pid_t heir = end_elder("ends the elder");
        assert_int_equal(waitpid(heir, &status, WNOHANG), heir);
        assert_int_equal(status, 0);
        assert_int_equal(access(in_folder("fastcgi.sock"), F_OK), 0);
        assert_int_equal(access(in_folder("control.sock"), F_OK), 0);
        assert_int_equal(access(in_folder("broker.sock"), F_OK), -1);
}

static void an_elder_told_twice_does_not_wait(void **state)
{
        (void)state;
        assert_int_equal(status_of(end_elder("stays")), 0);
}

static int set_up(void **state)
{
        (void)state;
        struct error err = {0};
        if (prctl(PR_SET_CHILD_SUBREAPER, 1)) /* heirs are nobody's children, and then ours */
                return -1;
        config = config_load("conf/sandpool.yaml", &err);
        if (!config || !mkdtemp(folder) || chmod(folder, 0755)) {
                fprintf(stderr, "%s (run from the repository's root)\n", err.text);
                return -1;
        }
        struct settings *settings = config->settings;
        snprintf(settings->run_dir, sizeof(settings->run_dir), "%s", folder);
        snprintf(settings->instance, sizeof(settings->instance), "unit-%d", (int)getpid());
        snprintf(settings->docker_socket, sizeof(settings->docker_socket), "%s", in_folder("docker.sock"));
        snprintf(settings->worker_user, sizeof(settings->worker_user), "nobody");
        snprintf(settings->broker_user, sizeof(settings->broker_user), "daemon");
        settings->socket_group[0] = 0;
        settings->workers = 1;
        settings->cpu_weight = 0;
        log_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
        crew.nursery = (struct nursery){.config = config,
                .fastcgi_fd = open("/dev/null", O_RDONLY | O_CLOEXEC),
                .control_fd = open("/dev/null", O_RDONLY | O_CLOEXEC),
                .pid_fd = open(in_folder("sandpool.pid"), O_RDWR | O_CREAT | O_CLOEXEC, 0600),
                .heir_fd = -1,
                .elder_fd = -1,
                .orders_fd = -1,
                .spared = DOCKER_SPARE_NONE};
        return places_claim(config->settings, &crew.nursery, &err);
}

static int tear_down(void **state)
{
        static const char *const names[] = {"sandpool.pid", "broker-1.sock", "fastcgi.sock", "control.sock"};
        (void)state;
        io_close(&crew.nursery.fastcgi_fd);
        io_close(&crew.nursery.control_fd);
        io_close(&crew.nursery.pid_fd);
        reload_note_remove_files(folder);
        for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
                unlink(in_folder(names[i]));
        config_free(config);
        return rmdir(folder);
}

int main(void)
{
        if (getenv(HEIR))
                be_heir(getenv(HEIR));
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(one_takes_over),
                cmocka_unit_test(one_that_was_not_let_does_not),
                cmocka_unit_test(one_that_ends_changes_nothing),
                cmocka_unit_test(one_that_stops_in_between_is_killed),
                cmocka_unit_test(one_that_is_late_has_taken_over),
                cmocka_unit_test(an_elder_that_ends_leaves_all_to_one_that_is_late),
                cmocka_unit_test(an_elder_told_twice_does_not_wait),
        };
        return cmocka_run_group_tests(tests, set_up, tear_down);
}
