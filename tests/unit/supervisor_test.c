/* The supervisor without Docker: it starts all the same, restarts what dies, and leaves nothing. */
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/base/log.h"
#include "fcgi/service/supervisor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define WORKERS 2
#define PROCESSES (WORKERS + 2)
#define OLD_SOCKETS 2000
#define PATIENCE_MS 60000 /* any of them may not get a processor for seconds */

static char folder[] = "/tmp/sandpool-supervisor-XXXXXX";
static struct config *config;

static const char *in_folder(const char *name)
{
        static char path[80];
        snprintf(path, sizeof(path), "%s/%s", folder, name);
        return path;
}

static pid_t start(void)
{
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                struct error err = {0};
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                log_set_fd(open(in_folder("log"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
                log_set_level(LOG_LEVEL_DEBUG);
                struct inheritance none = {.fastcgi_fd = -1, .control_fd = -1, .pid_fd = -1, .line_fd = -1};
                int status = supervisor_run(config, &none, &err);
                if (err.text[0])
                        fprintf(stderr, "# %s\n", err.text);
                _exit(status);
        }
        return pid;
}

/* Children of a process by name ("" for all), from /proc; at most max go to pids. */
static size_t children_of(pid_t parent, const char *name, pid_t *pids, size_t max)
{
        size_t count = 0;
        DIR *proc = opendir("/proc");
        assert_non_null(proc);
        for (struct dirent *entry; (entry = readdir(proc));) {
                char path[64], text[512], comm[64];
                int pid = atoi(entry->d_name), ppid;
                if (pid <= 0)
                        continue;
                snprintf(path, sizeof(path), "/proc/%d/stat", pid);
                FILE *f = fopen(path, "r");
                char state;
                if (!f)
                        continue;
                size_t size = fread(text, 1, sizeof(text) - 1, f);
                text[size] = 0;
                fclose(f);
                if (sscanf(text, "%*d (%63[^)]) %c %d", comm, &state, &ppid) != 3 || ppid != parent ||
                        state == 'Z' || strncmp(comm, name, strlen(name)))
                        continue;
                if (count < max)
                        pids[count] = pid;
                count++;
        }
        closedir(proc);
        return count;
}

/* Look again, shortly after, until there are so many: nothing tells us when a grandchild forks. */
static size_t await_children(pid_t parent, const char *name, size_t wanted, pid_t *pids)
{
        size_t count;
        int64_t deadline = clock_ms() + PATIENCE_MS;
        while ((count = children_of(parent, name, pids, PROCESSES)) != wanted && clock_ms() < deadline)
                poll(NULL, 0, 10);
        return count;
}

static bool is_among(pid_t pid, const pid_t *pids, size_t count)
{
        while (count && pids[count - 1] != pid)
                count--;
        return count > 0;
}

/* As many as ever, but neither of these two. A process that was killed is among them until it gets the
 * processor that it dies on. */
static void await_others(pid_t parent, pid_t one, pid_t two)
{
        pid_t pids[PROCESSES];
        int64_t deadline = clock_ms() + PATIENCE_MS;
        do {
                assert_int_equal(await_children(parent, "sp-", PROCESSES, pids), PROCESSES);
        } while ((is_among(one, pids, PROCESSES) || is_among(two, pids, PROCESSES)) && clock_ms() < deadline);
        assert_false(is_among(one, pids, PROCESSES));
        assert_false(is_among(two, pids, PROCESSES));
}

static int await_exit(pid_t pid)
{
        int status = -1;
        alarm(2 * PATIENCE_MS / 1000); /* one that serves does not end by itself */
        assert_int_equal(waitpid(pid, &status, 0), pid);
        alarm(0);
        return status;
}

/* What a supervisor leaves comes to us. */
static void assert_childless(void)
{
        errno = 0;
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
        assert_int_equal(errno, ECHILD);
}

/* How many processes the log says were ended by SIGKILL. The next log is another. */
static size_t killed(void)
{
        char *text = NULL;
        size_t count = 0;
        struct error err = {0};
        assert_true(io_read_file(in_folder("log"), 16 << 20, &text, &err) > 0);
        assert_non_null(strstr(text, "\"service.ended\""));
        for (char *at = text; (at = strstr(at, "\"event\":\"process.ended\"")); at++)
                count += !strncmp(strstr(at, "\"signal\":"), "\"signal\":9", 10);
        free(text);
        unlink(in_folder("log"));
        return count;
}

static void assert_clean(void)
{
        static const char *const names[] = {"fastcgi.sock", "control.sock", "broker.sock", "sandpool.pid"};
        for (size_t i = 0; i < 4; i++)
                if (access(in_folder(names[i]), F_OK) == 0)
                        fail_msg("%s is left", names[i]);
}

static pid_t named_by_pid_file(void)
{
        char *text = NULL;
        pid_t pid = io_read_file(in_folder("sandpool.pid"), 32, &text, NULL) > 0 ? (pid_t)atol(text) : 0;
        free(text);
        return pid;
}

/* As many as there are hierarchies, where the service makes any. */
static size_t control_groups(void)
{
        char pattern[128];
        glob_t found = {0};
        snprintf(pattern, sizeof(pattern), "/sys/fs/cgroup/{,*/}sandpool-%s", config->settings->instance);
        size_t count = glob(pattern, GLOB_BRACE, NULL, &found) ? 0 : found.gl_pathc;
        globfree(&found);
        return count;
}

static void starts_restarts_and_ends(void **state)
{
        (void)state;
        pid_t pids[PROCESSES], again[PROCESSES];
        struct stat st;
        int fd = open(in_folder("sandpool.pid"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644); /* an earlier one's */
        assert_true(fd >= 0 && fchmod(fd, 0644) == 0);
        close(fd);
        pid_t supervisor = start();
        assert_int_equal(await_children(supervisor, "sp-", PROCESSES, pids), PROCESSES);
        assert_int_equal(await_children(supervisor, "sp-worker-", WORKERS, pids), WORKERS);

        /* What lies in the run directory, and who may connect. */
        assert_int_equal(stat(in_folder("fastcgi.sock"), &st), 0);
        assert_int_equal(st.st_mode, S_IFSOCK | 0660);
        assert_int_equal(stat(in_folder("broker.sock"), &st), 0);
        assert_int_equal(st.st_mode, S_IFSOCK | 0660);
        assert_int_equal(named_by_pid_file(), supervisor);
        assert_int_equal(stat(in_folder("sandpool.pid"), &st), 0);
        assert_int_equal(st.st_mode, S_IFREG | 0600); /* or anybody could lock it */

        /* A second one is refused and harms nothing. */
        size_t groups = control_groups();
        int status = await_exit(start());
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 1);
        assert_int_equal(control_groups(), groups);
        assert_int_equal(access(in_folder("fastcgi.sock"), F_OK), 0);
        assert_int_equal(access(in_folder("sandpool.pid"), F_OK), 0);

        /* A worker and the broker that are killed come back as others. */
        assert_int_equal(await_children(supervisor, "sp-broker", 1, again), 1);
        kill(pids[0], SIGKILL);
        kill(again[0], SIGKILL);
        await_others(supervisor, pids[0], again[0]);
        assert_int_equal(await_children(supervisor, "sp-broker", 1, again), 1);
        assert_int_equal(await_children(supervisor, "sp-worker-", WORKERS, again), WORKERS);

        /* All end when they are asked to: nobody was killed but those two. */
        kill(supervisor, SIGTERM);
        assert_int_equal(await_exit(supervisor), 0);
        assert_int_equal(killed(), 2);
        assert_int_equal(control_groups(), 0);
        assert_clean();
        assert_childless();
}

/* Whom the pid file names can take any signal, also in the moment that it does. What it has to tidy up after
 * that makes the moment a long one. */
static void it_takes_signals_as_soon_as_it_is_named(void **state)
{
        (void)state;
        pid_t pids[PROCESSES];
        char name[40];
        for (int i = 1; i <= OLD_SOCKETS; i++) {
                snprintf(name, sizeof(name), "broker-%d.sock", i);
                int fd = open(in_folder(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
                assert_true(fd >= 0);
                close(fd);
        }
        pid_t supervisor = start();
        int64_t deadline = clock_ms() + PATIENCE_MS;
        while (named_by_pid_file() != supervisor && clock_ms() < deadline)
                ;
        kill(supervisor, SIGUSR1);
        assert_int_equal(await_children(supervisor, "sp-", PROCESSES, pids), PROCESSES);
        kill(supervisor, SIGTERM);
        assert_int_equal(await_exit(supervisor), 0);
        assert_clean();
}

static void its_children_die_with_it(void **state)
{
        (void)state;
        pid_t pids[PROCESSES];
        pid_t supervisor = start();
        assert_int_equal(await_children(supervisor, "sp-", PROCESSES, pids), PROCESSES);
        kill(supervisor, SIGKILL);
        await_exit(supervisor);
        int64_t deadline = clock_ms() + PATIENCE_MS;
        for (size_t i = 0; i < PROCESSES; i++) {
                pid_t reaped;
                while ((reaped = waitpid(pids[i], NULL, WNOHANG)) == 0 && clock_ms() < deadline)
                        poll(NULL, 0, 10);
                assert_int_equal(reaped, pids[i]);
        }
        /* What it left behind does not keep the next one from starting. */
        supervisor = start();
        assert_int_equal(await_children(supervisor, "sp-", PROCESSES, pids), PROCESSES);
        kill(supervisor, SIGINT);
        assert_int_equal(await_exit(supervisor), 0);
        assert_int_equal(killed(), 0);
        assert_clean();
        assert_childless();
}

/* SIGUSR1 replaces every worker: one that is stopped, and so cannot end, does not stay for that. */
static void a_stopped_worker_does_not_stay(void **state)
{
        (void)state;
        pid_t pids[PROCESSES], stopped;
        pid_t supervisor = start();
        assert_int_equal(await_children(supervisor, "sp-worker-", WORKERS, pids), WORKERS);
        assert_int_equal(await_children(supervisor, "sp-", PROCESSES, pids), PROCESSES);
        assert_true(children_of(supervisor, "sp-worker-1", &stopped, 1) == 1);
        kill(stopped, SIGSTOP);
        kill(supervisor, SIGUSR1);
        int64_t deadline = clock_ms() + 60000;
        while (kill(stopped, 0) == 0 && clock_ms() < deadline)
                poll(NULL, 0, 10);
        assert_int_equal(kill(stopped, 0), -1);
        assert_int_equal(await_children(supervisor, "sp-", PROCESSES, pids), PROCESSES);
        kill(supervisor, SIGTERM);
        assert_int_equal(await_exit(supervisor), 0);
        assert_clean();
}

static void a_worker_user_who_could_open_docker_is_refused(void **state)
{
        (void)state;
        if (geteuid() != 0)
                skip(); /* only root changes users */
        struct error err = {0};
        char saved[sizeof(config->settings->docker_socket)];
        memcpy(saved, config->settings->docker_socket, sizeof(saved));
        int fd = io_listen_unix(in_folder("docker.sock"), SOCK_STREAM, 0666, (gid_t)-1, 1, &err);
        assert_true(fd >= 0);
        snprintf(config->settings->docker_socket, sizeof(config->settings->docker_socket), "%s",
                in_folder("docker.sock"));
        int status = await_exit(start());
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 1);
        memcpy(config->settings->docker_socket, saved, sizeof(saved));
        close(fd);
        unlink(in_folder("docker.sock"));
        assert_clean();
}

static void one_user_for_both_is_refused(void **state)
{
        (void)state;
        if (geteuid() != 0)
                skip();
        char saved[sizeof(config->settings->broker_user)];
        memcpy(saved, config->settings->broker_user, sizeof(saved));
        snprintf(config->settings->broker_user, sizeof(config->settings->broker_user), "%s",
                config->settings->worker_user);
        int status = await_exit(start());
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 1);
        memcpy(config->settings->broker_user, saved, sizeof(saved));
        assert_clean();
}

static int set_up(void **state)
{
        (void)state;
        struct error err = {0};
        config = config_load("conf/sandpool.yaml", &err);
        if (!config || !mkdtemp(folder) || chmod(folder, 0755)) {
                fprintf(stderr, "%s (run from the repository's root)\n", err.text);
                return -1;
        }
        /* Orphans come to us, whatever this machine's PID 1 does with them. */
        if (prctl(PR_SET_CHILD_SUBREAPER, 1))
                return -1;
        struct settings *settings = config->settings;
        snprintf(settings->instance, sizeof(settings->instance), "unit-%d", (int)getpid());
        snprintf(settings->run_dir, sizeof(settings->run_dir), "%s", folder);
        snprintf(settings->docker_socket, sizeof(settings->docker_socket), "%s/docker.sock", folder);
        snprintf(settings->worker_user, sizeof(settings->worker_user), "nobody");
        snprintf(settings->broker_user, sizeof(settings->broker_user), "daemon");
        settings->socket_group[0] = 0;
        settings->workers = WORKERS;
        settings->drain_timeout_ms = PATIENCE_MS;
        return 0;
}

static int tear_down(void **state)
{
        (void)state;
        config_free(config);
        unlink(in_folder("log"));
        return rmdir(folder);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(starts_restarts_and_ends),
                cmocka_unit_test(it_takes_signals_as_soon_as_it_is_named),
                cmocka_unit_test(its_children_die_with_it),
                cmocka_unit_test(a_stopped_worker_does_not_stay),
                cmocka_unit_test(a_worker_user_who_could_open_docker_is_refused),
                cmocka_unit_test(one_user_for_both_is_refused),
        };
        return cmocka_run_group_tests(tests, set_up, tear_down);
}
