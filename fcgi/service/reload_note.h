/* What became of the last reload, told in three ways: to the control worker by shared memory, to `sandpool
 * reload` by a file of the run directory, to the log. */
#ifndef SANDPOOL_SERVICE_RELOAD_NOTE_H
#define SANDPOOL_SERVICE_RELOAD_NOTE_H

#include "fcgi/base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum reload_state { RELOAD_RUNNING, RELOAD_OK, RELOAD_FAILED };

struct reload_outcome {
        uint32_t number;           /* of the reload, from 1; 0: there was none since the start */
        enum reload_state state;   /* RELOAD_OK before the first */
        int64_t loaded_s;          /* Unix time at which the configuration in force was loaded */
        uint32_t ok, failed;       /* reloads so far */
        char why[ERROR_TEXT_SIZE]; /* of RELOAD_FAILED */
};

struct reload_note;

/* In an anonymous shared mapping, for the process's life and its children. NULL with err. */
struct reload_note *reload_note_new(struct error *err);

/* The files of the run directory: of reloads, of upgrades. */
#define RELOAD_NOTE_RELOAD "reload"
#define RELOAD_NOTE_UPGRADE "upgrade"

/* The supervisor writes into the shared memory. */
void reload_note_write(struct reload_note *note, const struct reload_outcome *outcome);

/* Anybody reads. note may be NULL: nothing was reloaded. */
void reload_note_read(const struct reload_note *note, struct reload_outcome *outcome);

/* Number, state and why in a file, in one step. */
void reload_note_write_file(const char *run_dir, const char *file, const struct reload_outcome *outcome);

/* Of the file; number 0 when there is none. */
void reload_note_read_file(const char *run_dir, const char *file, struct reload_outcome *outcome);
void reload_note_remove_files(const char *run_dir);

#endif
