/* The last reload's outcome in shared memory (a sequence lock with one writer) and in a file. */
#include "fcgi/service/reload_note.h"

#include "fcgi/base/io.h"
#include "fcgi/base/log.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define READ_TRIES 1000
#define FILE_MAX 1024

static const char *const state_names[] = {"running", "ok", "failed"};

/* version is odd while the outcome is being written. */
struct reload_note {
        _Atomic uint32_t version;
        struct reload_outcome outcome;
};

struct reload_note *reload_note_new(struct error *err)
{
        struct reload_note *note =
                mmap(NULL, sizeof *note, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (note == MAP_FAILED) {
                error_errno(err, "mmap");
                return NULL;
        }
        return note;
}

static void file_path(const char *run_dir, const char *file, const char *suffix, char path[160])
{
        snprintf(path, 160, "%s/%s%s", run_dir, file, suffix);
}

/* Renamed into its place, so that whoever reads sees a whole one, and inotify tells them. */
void reload_note_write_file(const char *run_dir, const char *file, const struct reload_outcome *outcome)
{
        char path[160], new_path[160], text[FILE_MAX];
        struct error err = {0};
        file_path(run_dir, file, "", path);
        file_path(run_dir, file, ".new", new_path);
        int length = snprintf(text, sizeof text, "%u %s %s\n", outcome->number, state_names[outcome->state],
                outcome->state == RELOAD_FAILED ? outcome->why : "");
        int fd = open(new_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0 || io_write_all(fd, text, (size_t)length, -1, &err) || rename(new_path, path)) {
                error_errno(&err, "%s", new_path);
                log_error("reload.note_failed", LOG_S("error", err.text));
        }
        io_close(&fd);
}

void reload_note_write(struct reload_note *note, const struct reload_outcome *outcome)
{
        atomic_fetch_add(&note->version, 1);
        note->outcome = *outcome;
        atomic_fetch_add(&note->version, 1);
}

void reload_note_read(const struct reload_note *note, struct reload_outcome *outcome)
{
        *outcome = (struct reload_outcome){.state = RELOAD_OK};
        for (int i = 0; note && i < READ_TRIES; i++) {
                uint32_t before = atomic_load(&note->version);
                *outcome = note->outcome;
                atomic_thread_fence(memory_order_acquire);
                if (!(before & 1) && atomic_load(&note->version) == before)
                        break;
        }
        outcome->why[sizeof outcome->why - 1] = '\0';
}

void reload_note_read_file(const char *run_dir, const char *file, struct reload_outcome *outcome)
{
        char path[160], *text = NULL, *end;
        *outcome = (struct reload_outcome){.state = RELOAD_OK};
        file_path(run_dir, file, "", path);
        if (io_read_file(path, FILE_MAX, &text, NULL) <= 0)
                return;
        outcome->number = (uint32_t)strtoul(text, &end, 10);
        for (int i = RELOAD_RUNNING; i <= RELOAD_FAILED; i++) {
                size_t length = strlen(state_names[i]);
                if (*end == ' ' && !strncmp(end + 1, state_names[i], length) && end[1 + length] == ' ') {
                        outcome->state = (enum reload_state)i;
                        snprintf(outcome->why, sizeof outcome->why, "%.*s",
                                (int)strcspn(end + length + 2, "\n"), end + length + 2);
                }
        }
        free(text);
}

void reload_note_remove_files(const char *run_dir)
{
        char path[160];
        file_path(run_dir, RELOAD_NOTE_RELOAD, "", path);
        unlink(path);
        file_path(run_dir, RELOAD_NOTE_UPGRADE, "", path);
        unlink(path);
}
