/* Asks in a child process, which hands the answer on through a pipe. */
#include "tests/integration/background.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"
#include "tests/integration/answer.h"
#include "tests/integration/fixture.h"
#include "tests/integration/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct background background_ask(const char *body)
{
        int ends[2];
        struct background background;
        assert_int_equal(pipe(ends), 0);
        background.pid = fork();
        assert_true(background.pid >= 0);
        if (background.pid == 0) {
                struct http_request request = {.port = fixture.port, .path = "/api/execute", .body = body};
                struct http_response response = {0};
                struct error err = {0};
                char text[256] = "no answer";
                int rc = http_send(&request, 1, &response, &err);
                if (rc == 0 && !answer_check(&response, &err))
                        snprintf(text, sizeof text, "%d %s %.100s", response.status,
                                fixture_text(response.json, "status"), fixture_text(response.json, "output"));
                else
                        snprintf(text, sizeof text, "%.250s", err.text);
                _exit(io_write_all(ends[1], text, strlen(text), clock_ms() + BACKGROUND_WAIT_MS, NULL) ? 1
                                                                                                       : 0);
        }
        close(ends[1]);
        background.fd = ends[0];
        return background;
}

void background_finish(struct background background, char *text, size_t size)
{
        struct buffer out = BUFFER_MAX(4096);
        int closed = http_read_to_end(background.fd, &out, clock_ms() + BACKGROUND_WAIT_MS);
        snprintf(text, size, "%.*s", (int)out.size, out.data ? out.data : "");
        buffer_clear(&out);
        close(background.fd);
        if (closed)
                kill(background.pid, SIGKILL);
        waitpid(background.pid, NULL, 0);
        assert_int_equal(closed, 0);
}
