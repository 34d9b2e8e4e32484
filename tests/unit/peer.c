/* FastCGI, the server's side (specification 1.0, section 3.3). */
#include "tests/unit/peer.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

enum { BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6 };

static void record(struct buffer *out, uint8_t type, const void *content, size_t size)
{
        uint8_t header[8] = {1, type, 0, 1, (uint8_t)(size >> 8), (uint8_t)size, 0, 0};
        assert_int_equal(buffer_add(out, header, 8), 0);
        assert_int_equal(buffer_add(out, content, size), 0);
}

static void pair(struct buffer *out, const char *name, const char *value)
{
        uint8_t lengths[2] = {(uint8_t)strlen(name), (uint8_t)strlen(value)};
        assert_true(strlen(name) < 128 && strlen(value) < 128);
        buffer_add(out, lengths, 2);
        buffer_add_string(out, name);
        buffer_add_string(out, value);
}

struct buffer peer_bytes(const struct peer_sent *sent, size_t *head_size)
{
        struct buffer out = BUFFER_MAX(64 << 20), params = BUFFER_MAX(4096);
        size_t size = sent->size ? sent->size : strlen(sent->body);
        char length[24];
        snprintf(length, sizeof(length), "%zu", size);
        pair(&params, "REQUEST_METHOD", sent->method ? sent->method : "POST");
        pair(&params, "DOCUMENT_URI", sent->path ? sent->path : "/api/execute");
        pair(&params, "CONTENT_TYPE", sent->type ? sent->type : "application/json");
        pair(&params, "CONTENT_LENGTH", sent->length ? sent->length : length);
        pair(&params, "REQUEST_ID", sent->id ? sent->id : "test-id");
        record(&out, BEGIN, "\0\1\0\0\0\0\0\0", 8); /* responder, connection not kept */
        record(&out, PARAMS, params.data, params.size);
        record(&out, PARAMS, "", 0);
        *head_size = out.size;
        size_t per_record = sent->per_record ? sent->per_record : 65535;
        for (size_t at = 0; at < size; at += per_record)
                record(&out, STDIN, sent->body + at, size - at < per_record ? size - at : per_record);
        record(&out, STDIN, "", 0);
        buffer_clear(&params);
        return out;
}

void peer_receive(int fd, struct peer_got *got)
{
        struct buffer in = BUFFER_MAX(64 << 20);
        int64_t deadline = clock_ms() + PEER_PATIENCE_MS;
        memset(got, 0, sizeof(*got));
        got->text = BUFFER_MAX(64 << 20);
        for (;;) {
                struct pollfd wait = {.fd = fd, .events = POLLIN};
                assert_int_equal(io_poll(&wait, 1, deadline), 1);
                char *at = buffer_reserve(&in, 65536);
                ssize_t size = recv(fd, at, 65536, 0);
                if (size <= 0)
                        break;
                in.size += (size_t)size;
        }
        for (size_t at = 0; at + 8 <= in.size;) {
                const uint8_t *header = (const uint8_t *)in.data + at;
                size_t length = (size_t)header[4] << 8 | header[5];
                if (header[1] == STDOUT)
                        buffer_add(&got->text, header + 8, length);
                got->ended |= header[1] == END;
                at += 8 + length + header[6];
        }
        buffer_clear(&in);
        buffer_add(&got->text, "", 1);
        if (sscanf(got->text.data, "Status: %d ", &got->http) != 1)
                got->http = 0;
        char *body = strstr(got->text.data, "\r\n\r\n");
        if (body)
                got->json = json_loads(body + 4, 0, NULL);
}

const char *peer_field(const struct peer_got *got, const char *name)
{
        const char *value = json_string_value(json_object_get(got->json, name));
        return value ? value : "";
}

void peer_forget(struct peer_got *got)
{
        json_decref(got->json);
        buffer_clear(&got->text);
}

int peer_dial(const char *path)
{
        struct error err = {0};
        int fd;
        int64_t deadline = clock_ms() + PEER_PATIENCE_MS;
        do
                fd = io_connect_unix(path, SOCK_STREAM, &err);
        while (fd < 0 && errno == EAGAIN && clock_ms() < deadline);
        if (fd < 0)
                fail_msg("%s", err.text);
        return fd;
}
