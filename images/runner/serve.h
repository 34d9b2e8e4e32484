/* The runner as PID 1 of a warm sandbox. */
#ifndef RUNNER_SERVE_H
#define RUNNER_SERVE_H

/* Serve the protocol of protocol.h on standard input and output until either ends. Returns the exit status.
 */
int serve_run(void);

#endif
