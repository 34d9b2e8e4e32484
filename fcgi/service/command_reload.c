/* `sandpool reload`, `sandpool upgrade`: tell the running service and wait for the outcome. */
#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "fcgi/sandbox/pool.h"
#include "fcgi/service/commands.h"
#include "fcgi/service/config.h"
#include "fcgi/service/handover.h"
#include "fcgi/service/reload_note.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <unistd.h>

#define WAIT_MS (2 * (POOL_RELOAD_MAX_MS + HANDOVER_MAX_MS)) /* what is under way, and ours */
#define LOOK_MS 500                                          /* whether the service still runs */

/* Who holds the pid file's lock runs; the number in it says who that is. 0: nobody, or, with err, that is not
 * for us to know. */
static pid_t running(const char *run_dir, struct error *err)
{
        char path[128], *text = NULL;
        snprintf(path, sizeof(path), "%s/sandpool.pid", run_dir);
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0 && errno == EACCES)
                error_errno(err, "%s", path);
        bool locked = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
        pid_t pid = locked && io_read_file(path, 32, &text, NULL) > 0 ? (pid_t)atol(text) : 0;
        io_close(&fd);
        free(text);
        return pid > 1 ? pid : 0;
}

/* What a verb asks for. */
struct wish {
        int signal;
        const char *file; /* of the run directory: the outcome */
        const char *granted;
};

/* Until one that began after ours was asked for is over. */
static int await(
        const char *run_dir, const char *file, uint32_t before, int watch, struct reload_outcome *outcome)
{
        int64_t deadline_ms = clock_ms() + WAIT_MS;
        while (clock_ms() < deadline_ms && running(run_dir, NULL)) {
                char events[4096];
                struct pollfd changed = {.fd = watch, .events = POLLIN};
                reload_note_read_file(run_dir, file, outcome);
                if (outcome->number > before && outcome->state != RELOAD_RUNNING)
                        return 0;
                if (io_poll(&changed, 1, clock_ms() + LOOK_MS) > 0 && read(watch, events, sizeof(events)) < 0)
                        return -1;
        }
        return -1;
}

static int tell_and_wait(const char *run_dir, const struct wish *wish, struct error *err)
{
        struct reload_outcome outcome;
        pid_t pid = running(run_dir, err);
        int watch = inotify_init1(IN_CLOEXEC), rc = -1;
        if (!pid) {
                error_set(err, "%s: no service runs there", run_dir);
                goto out;
        }
        reload_note_read_file(run_dir, wish->file, &outcome);
        uint32_t before = outcome.number;
        if (watch < 0 || inotify_add_watch(watch, run_dir, IN_MOVED_TO) < 0)
                error_errno(err, "%s", run_dir);
        else if (kill(pid, wish->signal))
                error_errno(err, "process %d", (int)pid);
        else if (await(run_dir, wish->file, before, watch, &outcome))
                error_set(err, "the service ended, or did not say in time what came of it");
        else if (outcome.state == RELOAD_FAILED)
                error_set(err, "%s; everything is as it was before", outcome.why);
        else
                rc = 0;
out:
        io_close(&watch);
        return rc;
}

static int have(const char *config_path, const struct wish *wish)
{
        struct error err = {0};
        struct settings *settings = settings_load(config_path, &err);
        if (settings && !tell_and_wait(settings->run_dir, wish, &err))
                puts(wish->granted);
        else
                fprintf(stderr, "sandpool: %s\n", err.text);
        settings_free(settings);
        return err.text[0] ? 1 : 0;
}

int command_reload(const char *config_path)
{
        static const struct wish wish = {SIGHUP, RELOAD_NOTE_RELOAD, "reloaded"};
        return have(config_path, &wish);
}

int command_upgrade(const char *config_path)
{
        static const struct wish wish = {SIGUSR2, RELOAD_NOTE_UPGRADE, "upgraded"};
        return have(config_path, &wish);
}
