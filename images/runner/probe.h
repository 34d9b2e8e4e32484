/* `runner --probe`: run as the program of a step, it tries what a program must not be able to do. */
#ifndef RUNNER_PROBE_H
#define RUNNER_PROBE_H

/* Print a line for each thing tried, as fcgi/sandbox/probe.c reads them, then take memory until the kernel
 * ends it. Returns the exit status, when nobody did. */
int probe_run(void);

#endif
