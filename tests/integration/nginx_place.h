/* The shipped nginx configuration in the real nginx, before a responder of ours: what the tests of it share.
 */
#ifndef SANDPOOL_TEST_NGINX_PLACE_H
#define SANDPOOL_TEST_NGINX_PLACE_H

#include "tests/integration/http.h"
#include "tests/integration/nginx_responder.h"
#include "tests/integration/service.h"

/* An origin that the shipped configuration lists. */
#define NGINX_PLACE_ORIGIN "http://localhost:3000"

extern struct service place; /* its directory, run directory and port; the service itself is not started */
extern struct nginx_responder responder;

/* Fail the test when there is an error. */
void nginx_place_fail(const struct error *err);

/* Render the configuration, let a shell command change the copy (run in its directory; NULL: none), start the
 * responder and nginx, wait until it accepts connections. What cmocka's group setup returns. */
int nginx_place_start(const char *change);

/* End both, remove everything; a group teardown. */
int nginx_place_stop(void **state);

/* Ask from NGINX_PLACE_ORIGIN, through a trusted proxy that names a client (NULL: from this machine). The
 * caller clears the response. */
struct http_response nginx_place_ask(
        const char *method, const char *path, const char *body, const char *forwarded);

/* The same for any request, its port and Origin filled in. */
struct http_response nginx_place_send(struct http_request request);

/* The answer is an error of nginx itself, with this status and reason, in the API's shape and with its
 * headers. Clears it. */
void nginx_place_expect_error(struct http_response *response, int status, const char *reason);

/* The whole access log; the caller frees. Waits until it has a whole line with this word. */
char *nginx_place_log(const char *word);

#endif
