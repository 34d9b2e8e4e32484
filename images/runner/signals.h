/* The signals that wake the runner up. */
#ifndef RUNNER_SIGNALS_H
#define RUNNER_SIGNALS_H

/* A descriptor that is readable when a child ended or somebody wants the runner to end; the caller's. The
 * signals are blocked already. A failure ends the runner. */
int signals_open(void);

/* Take what has come. A child's end only wakes up: who it was is found out by waiting for it. SIGTERM and
 * SIGINT come from `docker stop`, or from the terminal of somebody who runs it by hand, and end the runner at
 * once. */
void signals_take(int fd);

#endif
