/* The machine-readable contract, nginx/www/openapi.yaml, held against answers. */
#ifndef SANDPOOL_TEST_OPENAPI_H
#define SANDPOOL_TEST_OPENAPI_H

#include "fcgi/base/error.h"

#include <jansson.h>

/* Whether the contract foresees this answer: the path, the method, the status, and the body by its schema. A
 * path that is not in it may only be answered by an error, a method by 405. 0, or -1 with err naming the
 * place in the body. The file is read once; that it cannot be read, or has a keyword we do not know, is an
 * error too. */
int openapi_check(const char *method, const char *path, int status, const json_t *body, struct error *err);

#endif
