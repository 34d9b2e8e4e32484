/* An HTTP client for tests: libcurl's multi interface, and plain sockets for requests that are none. */
#include "tests/integration/http.h"

#include "fcgi/base/clock.h"
#include "fcgi/base/io.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MAX (64 << 20)
#define HEAD_MAX (64 << 10)
#define TIMEOUT_MS 180000
#define REQUESTS_MAX 512

struct http_connection {
        CURL *easy;
};

/* A short return is libcurl's error 23: an answer over the ceiling is none. */
static size_t take(char *bytes, size_t one, size_t count, void *to)
{
        return buffer_add(to, bytes, one * count) ? 0 : one * count;
}

static struct curl_slist *header_list(const struct http_request *request)
{
        bool typed = false;
        struct curl_slist *list = curl_slist_append(NULL, "Expect:");
        for (int i = 0; i < 8 && request->headers[i]; i++) {
                typed |= !strncasecmp(request->headers[i], "Content-Type:", 13);
                list = curl_slist_append(list, request->headers[i]);
        }
        if (request->body && !typed)
                list = curl_slist_append(list, "Content-Type: application/json");
        return list;
}

static void prepare(CURL *easy, const struct http_request *request, struct curl_slist *headers,
        struct http_response *response)
{
        char url[512];
        snprintf(url, sizeof url, "http://127.0.0.1:%d%s", request->port, request->path);
        response->method = request->method ? request->method : request->body ? "POST" : "GET";
        response->path = request->path;
        response->head = BUFFER_MAX(HEAD_MAX);
        response->body = BUFFER_MAX(ANSWER_MAX);
        curl_easy_setopt(easy, CURLOPT_URL, url);
        curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(
                easy, CURLOPT_TIMEOUT_MS, (long)(request->timeout_ms ? request->timeout_ms : TIMEOUT_MS));
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, &response->body);
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take);
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, &response->head);
        if (request->from) {
                char interface[64];
                snprintf(interface, sizeof interface, "host!%s", request->from);
                curl_easy_setopt(easy, CURLOPT_INTERFACE, interface);
        }
        if (request->body) {
                size_t size = request->body_size ? request->body_size : strlen(request->body);
                curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
                curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
        }
        if (request->method && !strcmp(request->method, "HEAD"))
                curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        else if (request->method)
                curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static void complete(CURL *easy, struct http_response *response)
{
        long status = 0;
        curl_off_t taken = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &taken);
        response->status = (int)status;
        response->taken_us = taken;
        response->json = json_loadb(response->body.data ? response->body.data : "", response->body.size,
                JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
}

static int turn(CURLM *multi, struct error *err)
{
        int running = 1;
        while (running) {
                CURLMcode code = curl_multi_perform(multi, &running);
                if (code == CURLM_OK && running)
                        code = curl_multi_poll(multi, NULL, 0, 1000, NULL);
                if (code != CURLM_OK)
                        return error_set(err, "curl: %s", curl_multi_strerror(code));
        }
        return 0;
}

int http_send(
        const struct http_request *requests, size_t count, struct http_response *responses, struct error *err)
{
        CURLM *multi = curl_multi_init();
        CURL *easy[REQUESTS_MAX] = {NULL};
        struct curl_slist *headers[REQUESTS_MAX] = {NULL};
        int rc = -1, left;
        if (!multi || count > REQUESTS_MAX) {
                error_set(err, "curl: too many requests, or no memory");
                goto out;
        }
        for (size_t i = 0; i < count; i++) {
                easy[i] = curl_easy_init();
                headers[i] = header_list(&requests[i]);
                prepare(easy[i], &requests[i], headers[i], &responses[i]);
                curl_easy_setopt(easy[i], CURLOPT_PRIVATE, (void *)&responses[i]);
                curl_multi_add_handle(multi, easy[i]);
        }
        rc = turn(multi, err);
        for (CURLMsg *message; (message = curl_multi_info_read(multi, &left));) {
                void *response = NULL;
                curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &response);
                if (message->data.result == CURLE_OK)
                        complete(message->easy_handle, response);
                else if (count == 1)
                        rc = error_set(
                                err, "%s: %s", requests[0].path, curl_easy_strerror(message->data.result));
        }
out:
        for (size_t i = 0; i < count && i < REQUESTS_MAX; i++) {
                if (easy[i])
                        curl_multi_remove_handle(multi, easy[i]);
                curl_easy_cleanup(easy[i]);
                curl_slist_free_all(headers[i]);
        }
        curl_multi_cleanup(multi);
        return rc;
}

struct http_connection *http_connection_new(void)
{
        struct http_connection *connection = calloc(1, sizeof *connection);
        if (connection && !(connection->easy = curl_easy_init())) {
                free(connection);
                return NULL;
        }
        return connection;
}

void http_connection_free(struct http_connection *connection)
{
        if (connection)
                curl_easy_cleanup(connection->easy);
        free(connection);
}

int http_send_on(struct http_connection *connection, const struct http_request *request,
        struct http_response *response, struct error *err)
{
        struct curl_slist *headers = header_list(request);
        curl_easy_reset(connection->easy); /* keeps the open connection */
        prepare(connection->easy, request, headers, response);
        CURLcode code = curl_easy_perform(connection->easy);
        if (code == CURLE_OK)
                complete(connection->easy, response);
        curl_slist_free_all(headers);
        return code == CURLE_OK ? 0 : error_set(err, "%s: %s", request->path, curl_easy_strerror(code));
}

int http_header(const struct http_response *response, const char *name, char *value, size_t size)
{
        int count = 0;
        size_t length = strlen(name);
        const char *at = response->head.data, *end = at ? at + response->head.size : NULL;
        if (value && size)
                *value = '\0';
        while (at && at < end) {
                const char *line_end = memchr(at, '\n', (size_t)(end - at));
                size_t line = (size_t)((line_end ? line_end : end) - at);
                if (line > length && !strncasecmp(at, name, length) && at[length] == ':') {
                        const char *text = at + length + 1;
                        size_t rest = line - length - 1;
                        while (rest && (*text == ' ' || *text == '\t'))
                                text++, rest--;
                        while (rest && (text[rest - 1] == '\r' || text[rest - 1] == ' '))
                                rest--;
                        if (value)
                                snprintf(value, size, "%.*s", (int)rest, text);
                        count++;
                }
                at += line + 1;
        }
        return count;
}

void http_clear(struct http_response *response)
{
        buffer_clear(&response->head);
        buffer_clear(&response->body);
        json_decref(response->json);
        *response = (struct http_response){0};
}

int http_connect(int port, struct error *err)
{
        struct sockaddr_in to = {.sin_family = AF_INET,
                .sin_port = htons((uint16_t)port),
                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to)) {
                error_errno(err, "connect to port %d", port);
                io_close(&fd);
        }
        return fd;
}

int http_read_to_end(int fd, struct buffer *out, int64_t deadline_ms)
{
        char bytes[16384];
        for (;;) {
                struct pollfd readable = {.fd = fd, .events = POLLIN};
                if (io_poll(&readable, 1, deadline_ms) != 1)
                        return -1;
                ssize_t n = read(fd, bytes, sizeof bytes);
                if (n == 0 || (n < 0 && errno == ECONNRESET))
                        return 0;
                if (n < 0 || buffer_add(out, bytes, (size_t)n))
                        return -1;
        }
}
