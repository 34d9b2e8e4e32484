/* What runners may be like: each is a play for script_run. */
#ifndef TESTS_UNIT_PLAY_H
#define TESTS_UNIT_PLAY_H

#include "tests/unit/script.h"

/* Honest ones. The second says what it was told, the third floods while the worker still has a megabyte to
 * send and reads it only afterwards. */
void play_hello(int fd);
void play_tell(int fd);
void play_flood_first(int fd);
void play_compile_and_run(int fd);
void play_compile_error(int fd);

/* Reports what a test wants, and its bytes on stderr. */
extern struct protocol_report play_report;
extern const char *play_err;
void play_scripted(int fd);

/* Hear the step and nothing more; the second writes a byte to the pipe then, which is the test's to open. */
extern int play_heard[2];
void play_silence(int fd);
void play_silence_aloud(int fd);

/* Ends in mid-output. */
void play_death(int fd);

/* Hostile ones. The early report comes while the worker cannot have sent all of the step: nothing of it is
 * read.
 */
void play_wrong_kind(int fd);
void play_early_report(int fd);
void play_miscount(int fd);
void play_too_much(int fd);
void play_behind_report(int fd);
void play_foreign_frame(int fd);
void play_empty_output(int fd);
void play_pongs(int fd);
void play_short_report(int fd);
void play_fault(int fd);
void play_docker_garbage(int fd);
void play_long_frame(int fd);

#endif
