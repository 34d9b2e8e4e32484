/* What each process has of its starter's: no descriptor that it has no use for, no right to start others. */
#include "fcgi/base/io.h"
#include "tests/integration/fixture.h"
#include "tests/integration/service_ask.h"

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

#define PATIENCE_MS 60000

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

struct holder {
        const char *name; /* NULL: the supervisor */
        const char *const *words;
        pid_t pid; /* 0: does not run */
        char to[256];
};

/* Each descriptor above 2 leads to something that begins with one of the words (NULL-terminated). */
static bool has_only(void *context)
{
        struct holder *holder = context;
        char path[320];
        bool others = false;
        holder->pid = holder->name ? service_process(&fixture, holder->name) : fixture.supervisor;
        snprintf(path, sizeof path, "/proc/%d/fd", (int)holder->pid);
        DIR *list = holder->pid > 0 ? opendir(path) : NULL;
        if (!list)
                return false;
        for (struct dirent *entry; !others && (entry = readdir(list));) {
                if (atoi(entry->d_name) <= STDERR_FILENO)
                        continue;
                snprintf(path, sizeof path, "/proc/%d/fd/%s", (int)holder->pid, entry->d_name);
                ssize_t size = readlink(path, holder->to, sizeof holder->to - 1);
                if (size < 0)
                        continue;
                holder->to[size] = '\0';
                size_t i = 0;
                while (holder->words[i] && strncmp(holder->to, holder->words[i], strlen(holder->words[i])))
                        i++;
                others = !holder->words[i];
        }
        closedir(list);
        return !others;
}

/* Soon: a process is there before it has let go of what it got from its parent. */
static void comes_to_have_only(const char *name, const char *const *words)
{
        struct holder holder = {.name = name, .words = words};
        if (!service_until(has_only, &holder, PATIENCE_MS))
                fail_msg("process %d (%s) holds %s", (int)holder.pid, name ? name : "supervisor", holder.to);
}

static void processes_hold_only_their_own(void **state)
{
        static const char *const child[] = {"socket:", "anon_inode:", NULL};
        (void)state;
        char pid_file[80];
        snprintf(pid_file, sizeof pid_file, "%s/sandpool.pid", fixture.run_dir);
        const char *const parent[] = {"socket:", "anon_inode:", pid_file, NULL};
        comes_to_have_only(NULL, parent);
        comes_to_have_only("broker", child);
        comes_to_have_only("control", child);
        comes_to_have_only("worker-1", child);
        comes_to_have_only("worker-2", child);
}

static bool may_start_none(void *context)
{
        char path[64], *limits = NULL;
        int soft = -1, hard = -1;
        (void)context;
        snprintf(path, sizeof path, "/proc/%d/limits", (int)service_process(&fixture, "worker-1"));
        const char *line =
                io_read_file(path, 65536, &limits, NULL) > 0 ? strstr(limits, "Max processes") : NULL;
        bool read = line && sscanf(line, "Max processes %d %d", &soft, &hard) == 2;
        free(limits);
        return read && soft == 0 && hard == 0;
}

static void workers_cannot_multiply(void **state)
{
        (void)state;
        assert_true(service_until(may_start_none, NULL, PATIENCE_MS));
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
