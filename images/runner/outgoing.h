/* Frames on their way to the host, in a bounded buffer. */
#ifndef RUNNER_OUTGOING_H
#define RUNNER_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTGOING_SIZE (128 * 1024)

/* As step_sink's two functions: room for output, leaving enough free for the frames that must always fit. */
char *outgoing_reserve(size_t *room);
void outgoing_commit(int stream, size_t length);

/* Append a whole small frame. Returns 0, or -1 when there is no room even for it. */
int outgoing_put(uint8_t type, const void *payload, size_t size);

/* Write what the descriptor takes without waiting. Returns 0, or -1 (errno) when it takes nothing ever again.
 */
int outgoing_flush(int fd);

bool outgoing_is_empty(void);

/* Forget everything not yet written, even in the midst of a frame: the host drops what comes before READY. */
void outgoing_drop(void);

#endif
