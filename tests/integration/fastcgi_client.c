/* Builds FastCGI requests byte by byte and takes answers apart (FastCGI specification 1.0, section 3.3). */
#include "tests/integration/fastcgi_client.h"

#include "tests/integration/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_SIZE 8
#define CONTENT_MAX 65535
#define ANSWER_MAX (64 << 20)

void fastcgi_client_record(struct buffer *to, uint8_t type, const void *content, size_t size)
{
        const uint8_t header[HEADER_SIZE] = {1, type, 0, 1, (uint8_t)(size >> 8), (uint8_t)size, 0, 0};
        buffer_add(to, header, sizeof header);
        if (size)
                buffer_add(to, content, size);
}

static void add_param(struct buffer *params, const char *name, const char *value)
{
        const uint8_t lengths[2] = {(uint8_t)strlen(name), (uint8_t)strlen(value)}; /* both under 128 */
        buffer_add(params, lengths, sizeof lengths);
        buffer_add_string(params, name);
        buffer_add_string(params, value);
}

void fastcgi_client_request(struct buffer *to, const char *method, const char *path, const char *body,
        size_t size, const char *length)
{
        static const uint8_t responder[8] = {0, 1, 0};
        struct buffer params = BUFFER_MAX(CONTENT_MAX);
        char truth[32];
        snprintf(truth, sizeof truth, "%zu", size);
        add_param(&params, "REQUEST_METHOD", method);
        add_param(&params, "DOCUMENT_URI", path);
        add_param(&params, "SCRIPT_NAME", path);
        add_param(&params, "REQUEST_URI", path);
        add_param(&params, "CONTENT_TYPE", "application/json");
        add_param(&params, "CONTENT_LENGTH", length ? length : truth);
        add_param(&params, "REQUEST_ID", "0123456789abcdef0123456789abcdef");
        fastcgi_client_record(to, FASTCGI_BEGIN, responder, sizeof responder);
        fastcgi_client_record(to, FASTCGI_PARAMS, params.data, params.size);
        fastcgi_client_record(to, FASTCGI_PARAMS, NULL, 0);
        for (size_t at = 0; at < size; at += CONTENT_MAX)
                fastcgi_client_record(
                        to, FASTCGI_STDIN, body + at, size - at < CONTENT_MAX ? size - at : CONTENT_MAX);
        fastcgi_client_record(to, FASTCGI_STDIN, NULL, 0);
        buffer_clear(&params);
}

/* Put the contents of all STDOUT records together. */
static int take_apart(const struct buffer *records, struct buffer *out, struct error *err)
{
        size_t at = 0;
        while (at + HEADER_SIZE <= records->size) {
                const uint8_t *header = (const uint8_t *)records->data + at;
                size_t content = (size_t)header[4] << 8 | header[5];
                if (header[0] != 1 || at + HEADER_SIZE + content + header[6] > records->size)
                        return error_set(err, "a broken record at byte %zu", at);
                if (header[1] == FASTCGI_STDOUT)
                        buffer_add(out, header + HEADER_SIZE, content);
                at += HEADER_SIZE + content + header[6];
        }
        return at == records->size ? 0 : error_set(err, "half a record at the end");
}

static int read_answer(struct buffer *out, struct fastcgi_answer *answer, struct error *err)
{
        if (!out->size)
                return 0;
        char *end = memmem(out->data, out->size, "\r\n\r\n", 4);
        if (!end)
                return error_set(err, "the answer's head does not end");
        answer->head = strndup(out->data, (size_t)(end - out->data));
        const char *status = answer->head ? strstr(answer->head, "Status: ") : NULL;
        answer->status = status ? atoi(status + 8) : 200;
        size_t skip = (size_t)(end - out->data) + 4;
        answer->json = json_loadb(out->data + skip, out->size - skip, JSON_ALLOW_NUL, NULL);
        return 0;
}

int fastcgi_client_read(int fd, struct fastcgi_answer *answer, int64_t deadline_ms, struct error *err)
{
        struct buffer records = BUFFER_MAX(ANSWER_MAX), out = BUFFER_MAX(ANSWER_MAX);
        int rc = -1;
        *answer = (struct fastcgi_answer){0};
        if (http_read_to_end(fd, &records, deadline_ms)) {
                error_set(err, "the connection did not end in time (%zu bytes came)", records.size);
                goto out;
        }
        if (take_apart(&records, &out, err) || read_answer(&out, answer, err))
                goto out;
        rc = 0;
out:
        buffer_clear(&records);
        buffer_clear(&out);
        return rc;
}

void fastcgi_client_clear(struct fastcgi_answer *answer)
{
        free(answer->head);
        json_decref(answer->json);
        *answer = (struct fastcgi_answer){0};
}
