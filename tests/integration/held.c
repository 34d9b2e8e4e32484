/* Half of an HTTP client. */
#include "tests/integration/held.h"

#include "tests/integration/fixture.h"
#include "tests/integration/http.h"
#include "tests/integration/must.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 120000
#define ANSWER_MAX 65536

int held_begin(const char *body)
{
        struct error err = {0};
        char request[1024];
        int fd = http_connect(fixture.port, &err);
        int size = snprintf(request, sizeof request,
                "POST /api/execute HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                strlen(body), body);
        assert_true(size < (int)sizeof request);
        must(fd < 0 || io_write_all(fd, request, (size_t)size, clock_ms() + WAIT_MS, &err), &err);
        return fd;
}

json_t *held_answer(int *connection)
{
        struct buffer answer = BUFFER_MAX(ANSWER_MAX);
        assert_int_equal(http_read_to_end(*connection, &answer, clock_ms() + WAIT_MS), 0);
        io_close(connection);
        assert_int_equal(buffer_add(&answer, "", 1), 0);
        const char *body = strstr(answer.data, "\r\n\r\n");
        json_t *json = body ? json_loads(body + 4, 0, NULL) : NULL;
        if (!json)
                fail_msg("no JSON: %s", answer.data);
        buffer_clear(&answer);
        return json;
}

void held_leave(int *connection)
{
        io_close(connection);
}
