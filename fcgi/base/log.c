/* Structured log: one JSON object a line, one write(2) each. */
#include "fcgi/base/log.h"
#include "fcgi/base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096
#define FIELD_ROOM 24 /* kept free while strings are written, so that a cut line still closes: "...\"}\n" */

static char process_name[32] = "sandpool";
static char request_name[33];
static enum log_level lowest = LOG_LEVEL_INFO;
static int log_fd = STDERR_FILENO;

static const char *const level_names[] = {
        [LOG_LEVEL_DEBUG] = "debug",
        [LOG_LEVEL_INFO] = "info",
        [LOG_LEVEL_WARNING] = "warning",
        [LOG_LEVEL_ERROR] = "error",
};

struct line {
        char text[LINE_MAX_BYTES];
        size_t size;
        bool full; /* something did not fit: nothing more is added */
};

void log_set_process(const char *name)
{
        snprintf(process_name, sizeof(process_name), "%s", name);
}

void log_set_level(enum log_level level)
{
        lowest = level;
}

void log_set_fd(int fd)
{
        log_fd = fd;
}

void log_set_request(const char *request_id)
{
        snprintf(request_name, sizeof(request_name), "%s", request_id ? request_id : "");
}

/* Add all of it or nothing. */
static bool put(struct line *line, const char *bytes, size_t length)
{
        if (line->full || line->size + length > LINE_MAX_BYTES - FIELD_ROOM) {
                line->full = true;
                return false;
        }
        memcpy(line->text + line->size, bytes, length);
        line->size += length;
        return true;
}

/* One character of a string, escaped for JSON. */
static bool put_escaped(struct line *line, const char *bytes, size_t length)
{
        char escape[8];
        if (*bytes == '\n')
                snprintf(escape, sizeof(escape), "\\n");
        else if (text_is_control(bytes, length)) /* its code is its last byte, U+0080 to U+009F too */
                snprintf(escape, sizeof(escape), "\\u%04x", (unsigned char)bytes[length - 1]);
        else if (*bytes == '"' || *bytes == '\\')
                snprintf(escape, sizeof(escape), "\\%c", *bytes);
        else if (length == 1 && (unsigned char)*bytes >= 0x80)
                snprintf(escape, sizeof(escape), "?");
        else
                return put(line, bytes, length);
        return put(line, escape, strlen(escape));
}

/* The length of the valid UTF-8 character at text, or 1 for a byte that begins none. */
static size_t character(const char *text, size_t left)
{
        for (size_t length = 1; length <= 4 && length <= left; length++)
                if (text_is_utf8(text, length))
                        return length;
        return 1;
}

static void put_string(struct line *line, const char *text)
{
        if (!put(line, "\"", 1))
                return;
        size_t left = strlen(text);
        while (left) {
                size_t length = character(text, left);
                if (!put_escaped(line, text, length))
                        break;
                text += length;
                left -= length;
        }
        line->text[line->size++] = '"'; /* FIELD_ROOM keeps this place */
}

/* ,"key": or, when key and value do not fit, nothing. */
static bool put_key(struct line *line, const char *key)
{
        size_t before = line->size;
        if (before > 1)
                put(line, ",", 1);
        if (put(line, "\"", 1) && put(line, key, strlen(key)) && put(line, "\":", 2) &&
                line->size + 24 <= LINE_MAX_BYTES - FIELD_ROOM)
                return true;
        line->size = before;
        line->full = true;
        return false;
}

static void put_string_field(struct line *line, const char *key, const char *value)
{
        if (value && put_key(line, key))
                put_string(line, value);
}

static void put_integer_field(struct line *line, const char *key, int64_t value)
{
        char digits[24];
        int length = snprintf(digits, sizeof(digits), "%" PRId64, value);
        if (put_key(line, key))
                put(line, digits, (size_t)length);
}

static void put_time(struct line *line)
{
        struct timespec now;
        struct tm utc;
        char text[40], seconds[24];
        clock_gettime(CLOCK_REALTIME, &now);
        gmtime_r(&now.tv_sec, &utc);
        strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &utc);
        snprintf(text, sizeof(text), "%s.%03dZ", seconds, (int)(now.tv_nsec / 1000000));
        put_string_field(line, "time", text);
}

void log_fields(enum log_level level, const char *event, const struct log_field *fields)
{
        if (level < lowest)
                return;
        int saved = errno;
        struct line line;
        line.size = 0;
        line.full = false;
        put(&line, "{", 1);
        put_time(&line);
        put_string_field(&line, "level", level_names[level]);
        put_string_field(&line, "process", process_name);
        put_integer_field(&line, "pid", getpid());
        if (request_name[0])
                put_string_field(&line, "request", request_name);
        put_string_field(&line, "event", event);
        for (; fields->key; fields++) {
                if (fields->kind == LOG_STRING)
                        put_string_field(&line, fields->key, fields->string);
                else
                        put_integer_field(&line, fields->key, fields->integer);
        }
        memcpy(line.text + line.size, "}\n", 2);
        line.size += 2;
        ssize_t done;
        do
                done = write(log_fd, line.text, line.size);
        while (done < 0 && errno == EINTR);
        errno = saved;
}
