/* Runs the test suite of a request's exercise beside the program, and judges by what it says. */
#ifndef SANDPOOL_EXECUTE_SUITE_H
#define SANDPOOL_EXECUTE_SUITE_H

#include "fcgi/execute/work.h"

/* Run it, the code being compiled. The sandbox is given back. */
enum execute_outcome suite_run(struct work *work);

/* Judge a suite's step: verdict is as by its ending, its out what the suite said, text what a person is to be
 * told of the ending. Takes over the verdict. The result is a success only where the suite ended by itself
 * with exit code 0, told of every test that it planned, and all of them passed, none being skipped. What the
 * log should know of a suite that broke is in err though 0 is returned. 0/-1 (memory). */
int suite_judge(struct result *result, struct verdict *verdict, const char *text, struct error *err);

#endif
