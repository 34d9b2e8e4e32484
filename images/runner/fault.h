/* The end of the runner by its own failure: never by a program's, which is a verdict. */
#ifndef RUNNER_FAULT_H
#define RUNNER_FAULT_H

/* Say what went wrong (the reporter set below, else standard error) and exit with status 1. As PID 1 this
 * ends the container, which is the only safe answer: a sandbox that is not provably in order is never used
 * again. */
_Noreturn void fault_exit(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, with ": " and strerror(errno) behind it. */
_Noreturn void fault_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Who is told before the exit; NULL for standard error. */
void fault_set_reporter(void (*reporter)(const char *text));

#endif
