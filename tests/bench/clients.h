/* The table of how the service fares with more and more clients. */
#ifndef SANDPOOL_BENCH_CLIENTS_H
#define SANDPOOL_BENCH_CLIENTS_H

#include "fcgi/base/error.h"

/* Measure 1 to 512 clients of each of the bodies, ms milliseconds each, and print a Markdown table. names and
 * bodies: the languages and their requests, NULL-terminated. 0/-1. */
int clients_table(int port, const char *const *names, const char *const *bodies, int ms, struct error *err);

#endif
