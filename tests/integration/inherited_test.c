/* What each process has of its starter's: no descriptor that it has no use for, no right to start others. */
#include "fcgi/base/io.h"
#include "tests/integration/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Left open by whoever starts the service, readable by root alone. */
static int left_open = -1;

static int start(void **state)
{
        struct service_options options = {
                .workers = 2, .warm = {{"python", 1}, {"javascript", 0}, {"cpp", 0}}};
        (void)state;
        left_open = open("/etc/shadow", O_RDONLY);
        return left_open < 0 ? -1 : fixture_start(&options);
}

static int stop(void **state)
{
        close(left_open);
        return fixture_stop(state);
}

/* Each descriptor above 2 leads to something that begins with one of the words (NULL-terminated). */
static void has_only(pid_t pid, const char *const *words)
{
        char path[320], to[256];
        assert_true(pid > 0);
        snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
        DIR *list = opendir(path);
        assert_non_null(list);
        for (struct dirent *entry; (entry = readdir(list));) {
                if (atoi(entry->d_name) <= STDERR_FILENO)
                        continue;
                snprintf(path, sizeof path, "/proc/%d/fd/%s", (int)pid, entry->d_name);
                ssize_t size = readlink(path, to, sizeof to - 1);
                if (size < 0)
                        continue;
                to[size] = '\0';
                size_t i = 0;
                while (words[i] && strncmp(to, words[i], strlen(words[i])))
                        i++;
                if (!words[i])
                        fail_msg("process %d holds %s", (int)pid, to);
        }
        closedir(list);
}

static void processes_hold_only_their_own(void **state)
{
        static const char *const child[] = {"socket:", "anon_inode:", NULL};
        (void)state;
        char pid_file[80];
        snprintf(pid_file, sizeof pid_file, "%s/sandpool.pid", fixture.run_dir);
        const char *const parent[] = {"socket:", "anon_inode:", pid_file, NULL};
        has_only(fixture.supervisor, parent);
        has_only(service_process(&fixture, "broker"), child);
        has_only(service_process(&fixture, "control"), child);
        has_only(service_process(&fixture, "worker-1"), child);
        has_only(service_process(&fixture, "worker-2"), child);
}

static void workers_cannot_multiply(void **state)
{
        char path[64], *limits = NULL;
        (void)state;
        snprintf(path, sizeof path, "/proc/%d/limits", (int)service_process(&fixture, "worker-1"));
        assert_true(io_read_file(path, 65536, &limits, NULL) > 0);
        const char *line = strstr(limits, "Max processes");
        int soft = -1, hard = -1;
        assert_non_null(line);
        assert_int_equal(sscanf(line, "Max processes %d %d", &soft, &hard), 2);
        assert_int_equal(soft, 0);
        assert_int_equal(hard, 0);
        free(limits);
}

static void programs_hold_three(void **state)
{
        (void)state;
        /* The fourth is the list itself. */
        json_t *answer =
                fixture_run("python", "import os\nprint(sorted(os.listdir('/proc/self/fd')))\n", NULL);
        assert_non_null(answer);
        assert_string_equal(fixture_text(answer, "output"), "['0', '1', '2', '3']\n");
        json_decref(answer);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(processes_hold_only_their_own),
                cmocka_unit_test(workers_cannot_multiply),
                cmocka_unit_test(programs_hold_three),
        };
        return cmocka_run_group_tests(tests, start, stop);
}
