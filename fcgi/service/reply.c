/* Builds answers: errors in the API's one shape, and the CGI head of every answer. */
#include "fcgi/service/reply.h"
#include "fcgi/model/result.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
        int status;
        const char *phrase;
} phrases[] = {
        {200, "OK"},
        {400, "Bad Request"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
};

static const char *phrase_of(int status)
{
        for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
                if (phrases[i].status == status)
                        return phrases[i].phrase;
        return "Unknown";
}

void reply_error(struct reply *reply, int http_status, const char *reason, const char *text,
        const char *field, const char *request_id)
{
        reply_clear(reply);
        reply->http_status = http_status;
        reply->reason = reason;
        reply->body = result_error_json(reason, text, field, request_id, &reply->size);
        if (!reply->body)
                reply->size = 0;
}

int reply_head(const struct reply *reply, const char *request_id, struct buffer *out)
{
        char line[256];
        int failed = 0;
        snprintf(line, sizeof(line), "Status: %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n",
                reply->http_status, phrase_of(reply->http_status),
                reply->content_type ? reply->content_type : "application/json", reply->size);
        failed |= buffer_add_string(out, line);
        snprintf(line, sizeof(line), "X-Request-Id: %s\r\nCache-Control: no-store\r\n", request_id);
        failed |= buffer_add_string(out, line);
        if (reply->allow) {
                snprintf(line, sizeof(line), "Allow: %s\r\n", reply->allow);
                failed |= buffer_add_string(out, line);
        }
        if (reply->retry_after_s) {
                snprintf(line, sizeof(line), "Retry-After: %d\r\n", reply->retry_after_s);
                failed |= buffer_add_string(out, line);
        }
        failed |= buffer_add_string(out, "\r\n");
        return failed ? -1 : 0;
}

void reply_clear(struct reply *reply)
{
        free(reply->body);
        reply->body = NULL;
        reply->content_type = NULL;
        reply->size = 0;
}
