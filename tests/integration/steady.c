/* Requests, batch after batch, each with a token that its answer must bear. */
#include "tests/integration/steady.h"

#include "fcgi/base/clock.h"
#include "tests/integration/answer.h"
#include "tests/integration/fixture.h"
#include "tests/integration/http.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>

#define CLIENTS 8

void steady_until(pid_t child, unsigned *number)
{
        struct error err = {0};
        int status = -1;
        while (spawn_wait(child, clock_ms(), &status, NULL)) {
                struct http_request requests[CLIENTS] = {0};
                struct http_response responses[CLIENTS] = {0};
                char bodies[CLIENTS][160], tokens[CLIENTS][32];
                for (int i = 0; i < CLIENTS; i++) {
                        bool python = i % 4;
                        snprintf(tokens[i], sizeof tokens[i], "token-%u\n", ++*number);
                        snprintf(bodies[i], sizeof bodies[i],
                                "{\"language\": \"%s\", \"code\": \"%s('token-%u')\"}",
                                python ? "python" : "javascript", python ? "print" : "console.log", *number);
                        requests[i] = (struct http_request){
                                .port = fixture.port, .path = "/api/execute", .body = bodies[i]};
                }
                assert_int_equal(http_send(requests, CLIENTS, responses, &err), 0);
                for (int i = 0; i < CLIENTS; i++) {
                        if (answer_check(&responses[i], &err) || responses[i].status != 200)
                                fail_msg("%s: status %d, %s", bodies[i], responses[i].status, err.text);
                        assert_string_equal(fixture_text(responses[i].json, "output"), tokens[i]);
                        http_clear(&responses[i]);
                }
        }
        assert_int_equal(status, 0);
}
