/* A steady load on the fixture while something is done to it. */
#ifndef SANDPOOL_TEST_STEADY_H
#define SANDPOOL_TEST_STEADY_H

#include <sys/types.h>

/* Batches of requests, in python and in javascript, until the child process has ended. Fails the test unless
 * each is answered with 200 and its own token, and the child exits with 0. number: counts the tokens. */
void steady_until(pid_t child, unsigned *number);

#endif
