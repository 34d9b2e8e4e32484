/* Stands in for the service behind nginx: a process that listens on both sockets and answers as the request
 * tells it to. */
#ifndef SANDPOOL_TEST_NGINX_RESPONDER_H
#define SANDPOOL_TEST_NGINX_RESPONDER_H

#include "fcgi/base/error.h"

#include <sys/types.h>

struct nginx_responder {
        pid_t pid;
        int control_fd;
};

/* Listen on run_dir/{fastcgi,control}.sock. What a request's body says is done:
 *   "answer:" and a CGI response: that response, byte for byte;
 *   "hold": the answer comes after nginx_responder_release;
 *   "drip": the same, but the first part of the answer, {"first":1, comes at once, unbuffered by nginx
 *       (X-Accel-Buffering: no), and "last":2} with nginx_responder_release;
 *   "close": the connection ends without an answer;
 *   anything else: 200 and a JSON object {"params": {name: value}, "size": bytes of the body}.
 * 0/-1. */
int nginx_responder_start(struct nginx_responder *responder, const char *run_dir, struct error *err);

/* Wait until that many requests are held. 0, or -1 after a minute. */
int nginx_responder_wait_held(struct nginx_responder *responder, int count, struct error *err);

/* Answer all that is held. 0/-1. */
int nginx_responder_release(struct nginx_responder *responder, struct error *err);

/* End the process; its sockets stay as files that nobody listens on. */
void nginx_responder_stop(struct nginx_responder *responder);

#endif
