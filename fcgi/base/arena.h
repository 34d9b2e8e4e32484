/* Memory that many processes share after a fork, apart from what each of them allocates for itself.
 *
 * The configuration is some thousand small pieces, read once, then only looked at. In one heap with
 * everything else they lie between free pieces that loading left; malloc of a forked process writes into
 * those when it looks for room, and every page with one becomes a copy of its own. glibc's malloc gives each
 * thread an arena (mallopt(3), M_ARENA_MAX), so what a thread allocated lies on pages that the main thread
 * does not allocate from. */
#ifndef SANDPOOL_BASE_ARENA_H
#define SANDPOOL_BASE_ARENA_H

/* Call work in a thread, and wait for its end; where no thread can be had, call it here. What it allocates
 * may be freed anywhere. Not for a process that may make no thread. */
void arena_run(void (*work)(void *context), void *context);

#endif
