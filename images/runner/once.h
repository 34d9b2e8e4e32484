/* The runner by hand: one JSON object in, one JSON object out. */
#ifndef RUNNER_ONCE_H
#define RUNNER_ONCE_H

/* Read a request from standard input, run it by the language that /sandpool/language.json describes, and
 * print the result. Returns the exit status: 0 whenever a result object was printed. */
int once_run(void);

#endif
