/* Whether answers have the shape that the HTTP contract gives them. */
#ifndef SANDPOOL_TEST_ANSWER_H
#define SANDPOOL_TEST_ANSWER_H

#include "fcgi/base/error.h"
#include "tests/integration/http.h"

/* A result of POST /api/execute: every field there, of its type, none else; status, success, reason and error
 * agree with each other. 0, or -1 with err naming the first thing that is wrong. */
int answer_check_result(const json_t *json, struct error *err);

/* An error: its fields and types, none else. */
int answer_check_error(const json_t *json, struct error *err);

/* A whole response: JSON by its Content-Type and its body, one X-Request-Id that equals requestId, the shape
 * that its status calls for, Retry-After with 429 and 503, Allow with 405; and all that openapi.yaml says. */
int answer_check(const struct http_response *response, struct error *err);

#endif
