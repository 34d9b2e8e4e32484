/* The answer of POST /api/execute as JSON. */
#include "fcgi/model/result.h"

#include "fcgi/base/text.h"
#include "fcgi/model/json_write.h"
#include "fcgi/model/result_tests.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const status_names[] = {"success", "failed", "error", "timeout", "blocked"};
const char *const reason_names[] = {NULL, "wrong_answer", "compile_error", "runtime_error", "time_limit",
        "memory_limit", "output_limit", "policy", "suite_error"};

enum {
        /* 16 MiB of output, each byte of it six characters, twice over (output and stdout), and a compiler's.
         */
        ANSWER_MAX = 512 * 1024 * 1024,
        ERROR_MAX = 64 * 1024, /* of stderr that is repeated as `error` */
};

void result_free(struct result *result)
{
        result_tests_free(&result->tests);
        buffer_clear(&result->compile.out);
        buffer_clear(&result->compile.err);
        buffer_clear(&result->run.out);
        buffer_clear(&result->run.err);
        violations_free(&result->violations);
}

const char *result_signal_name(int signal, char buffer[16])
{
        const char *name = sigabbrev_np(signal);

        if (name != NULL)
                snprintf(buffer, 16, "SIG%s", name);
        else
                snprintf(buffer, 16, "SIG%d", signal);
        return buffer;
}

static int add_stream(struct buffer *out, const char *key, const struct buffer *stream, bool base64)
{
        return json_write_key_bytes(out, key, stream->data, stream->size, base64);
}

/* stdout of the run, under both of its names: made and escaped once. */
static int add_output(struct buffer *out, const struct buffer *stream, bool base64)
{
        size_t start, size;

        if (json_write_raw(out, ",\"output\":") < 0)
                return -1;
        start = out->size;
        if (add_stream(out, "", stream, base64) < 0)
                return -1;
        size = out->size - start;
        if (json_write_raw(out, ",\"stdout\":") < 0 || buffer_reserve(out, size) == NULL)
                return -1;
        return buffer_add(out, out->data + start, size); /* reserved: data does not move */
}

char *result_stream_text(const struct buffer *stream, size_t max, size_t *size)
{
        char *text = text_to_utf8(stream->data, text_cut(stream->data, stream->size, max), size);

        if (text == NULL)
                return NULL;
        while (*size > 0 && strchr(" \t\r\n", text[*size - 1]) != NULL && text[*size - 1] != '\0')
                --*size;
        text[*size] = '\0';
        return text;
}

static int add_error_stream(struct buffer *out, const struct buffer *stream)
{
        size_t size = 0;
        char *text = result_stream_text(stream, ERROR_MAX, &size);
        int rc = text != NULL ? json_write_text(out, text, size) : -1;

        free(text);
        return rc;
}

static bool is_blank(const struct buffer *stream)
{
        for (size_t i = 0; i < stream->size; i++)
                if (stream->data[i] != '\0' && strchr(" \t\r\n", stream->data[i]) == NULL)
                        return false;
        return true;
}

/* How a step that said nothing ended. */
static void describe_end(const struct verdict *verdict, const char *what, char text[64])
{
        char name[16];

        if (verdict->signal != 0)
                snprintf(text, 64, "%s was ended by signal %s", what,
                        result_signal_name(verdict->signal, name));
        else if (verdict->exit_code > 0)
                snprintf(text, 64, "%s exited with code %d", what, verdict->exit_code);
        else
                snprintf(text, 64, "%s failed", what);
}

static int add_error(struct buffer *out, const struct result *result)
{
        const struct verdict *step = result->ran ? &result->run : &result->compile;
        char text[64];

        if (result->status == STATUS_SUCCESS)
                return 0;
        if (json_write_raw(out, ",\"error\":") < 0)
                return -1;
        if (result->error[0] != '\0')
                return json_write_word(out, result->error);
        if (result->status == STATUS_BLOCKED && result->violations.count > 0)
                return json_write_word(out, result->violations.list[0].message);
        if (!is_blank(&step->err))
                return add_error_stream(out, &step->err);
        if (!result->ran && result->compiled && !is_blank(&step->out))
                return add_error_stream(out, &step->out);
        describe_end(step, result->ran || !result->compiled ? "Program" : "Compiler", text);
        return json_write_word(out, text);
}

/* A number, or null when there is none. */
static int add_exit_code(struct buffer *out, const char *key, bool there, int code)
{
        if (there && code >= 0)
                return json_write_key_number(out, key, code);
        return json_write_raw(out, key) < 0 ? -1 : json_write_raw(out, "null");
}

/* The numbers of the run. */
static int add_run(struct buffer *out, const struct result *result)
{
        const struct verdict *run = &result->run;
        const char *signal = NULL;
        char name[16];

        if (result->ran && run->signal != 0)
                signal = result_signal_name(run->signal, name);
        if (json_write_key_number(out, ",\"executionTime\":", result->ran ? run->wall_ms : 0) < 0 ||
                json_write_key_number(out, ",\"cpuTime\":", result->ran ? run->cpu_ms : 0) < 0 ||
                json_write_key_number(out, ",\"memory\":", result->ran ? (int64_t)run->memory_kib : 0) < 0 ||
                add_exit_code(out, ",\"exitCode\":", result->ran, run->exit_code) < 0 ||
                json_write_key_word(out, ",\"signal\":", signal) < 0)
                return -1;
        return json_write_key_flag(out, ",\"truncated\":", run->truncated || result->compile.truncated);
}

static int add_compile(struct buffer *out, const struct result *result, bool base64)
{
        const struct verdict *compile = &result->compile;

        if (!result->compiled)
                return json_write_raw(out, ",\"compile\":null");
        if (add_stream(out, ",\"compile\":{\"stdout\":", &compile->out, base64) < 0 ||
                add_stream(out, ",\"stderr\":", &compile->err, base64) < 0 ||
                add_exit_code(out, ",\"exitCode\":", true, compile->exit_code) < 0 ||
                json_write_key_number(out, ",\"time\":", compile->wall_ms) < 0)
                return -1;
        return json_write_raw(out, "}");
}

static int add_violation(struct buffer *out, const struct violation *violation)
{
        if (json_write_key_word(out, "{\"rule\":", violation->rule) < 0 ||
                json_write_key_word(out, ",\"severity\":", severity_names[violation->severity]) < 0 ||
                json_write_key_word(out, ",\"message\":", violation->message) < 0)
                return -1;
        if (violation->file[0] != '\0' && json_write_key_word(out, ",\"file\":", violation->file) < 0)
                return -1;
        if (json_write_key_number(out, ",\"line\":", violation->line) < 0 ||
                json_write_key_number(out, ",\"column\":", violation->column) < 0 ||
                json_write_key_word(out, ",\"snippet\":", violation->snippet) < 0)
                return -1;
        return json_write_raw(out, "}");
}

static int add_violations(struct buffer *out, const struct violations *violations)
{
        if (json_write_raw(out, ",\"violations\":[") < 0)
                return -1;
        for (size_t i = 0; i < violations->count; i++)
                if ((i > 0 && json_write_raw(out, ",") < 0) || add_violation(out, &violations->list[i]) < 0)
                        return -1;
        return json_write_raw(out, "]");
}

static int add_all(struct buffer *out, const struct result *result, const struct language *language,
        bool base64, const char *request_id)
{
        const struct buffer nothing = {0};
        const struct verdict *run = &result->run;

        if (json_write_key_word(out, "{\"status\":", status_names[result->status]) < 0 ||
                json_write_key_flag(out, ",\"success\":", result->status == STATUS_SUCCESS) < 0 ||
                json_write_key_word(out, ",\"reason\":", reason_names[result->reason]) < 0 ||
                add_output(out, result->ran ? &run->out : &nothing, base64) < 0 ||
                add_stream(out, ",\"stderr\":", result->ran ? &run->err : &nothing, base64) < 0 ||
                add_error(out, result) < 0 || add_run(out, result) < 0 ||
                add_compile(out, result, base64) < 0 || json_write_raw(out, ",\"tests\":") < 0 ||
                result_tests_json(out, &result->tests, base64) < 0 ||
                add_violations(out, &result->violations) < 0 ||
                json_write_key_word(out, ",\"language\":", language->id) < 0 ||
                json_write_key_word(out, ",\"version\":", language->version) < 0 ||
                json_write_key_word(out, ",\"requestId\":", request_id) < 0)
                return -1;
        return json_write_raw(out, "}\n");
}

/* The text of a buffer, which the caller frees, or NULL when filling it failed. */
static char *take(struct buffer *out, int rc, size_t *size)
{
        if (rc < 0 || buffer_add(out, "", 1) < 0) { /* a NUL, for those who print it */
                buffer_clear(out);
                return NULL;
        }
        *size = out->size - 1;
        return out->data;
}

char *result_json(const struct result *result, const struct language *language, bool output_base64,
        const char *request_id, size_t *size)
{
        struct buffer out = BUFFER_MAX(ANSWER_MAX);

        return take(&out, add_all(&out, result, language, output_base64, request_id), size);
}

char *result_error_json(
        const char *reason, const char *text, const char *field, const char *request_id, size_t *size)
{
        struct buffer out = BUFFER_MAX(ANSWER_MAX);
        int rc = json_write_raw(&out, "{\"status\":\"error\",\"success\":false");

        if (rc == 0)
                rc = json_write_key_word(&out, ",\"reason\":", reason);
        if (rc == 0)
                rc = json_write_key_word(&out, ",\"error\":", text);
        if (rc == 0 && field != NULL && *field != '\0')
                rc = json_write_key_word(&out, ",\"field\":", field);
        if (rc == 0)
                rc = json_write_key_word(&out, ",\"requestId\":", request_id);
        if (rc == 0)
                rc = json_write_raw(&out, "}\n");
        return take(&out, rc, size);
}
