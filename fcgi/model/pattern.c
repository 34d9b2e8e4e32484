/* PCRE2 with limits: patterns come from the operator, subjects from attackers. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "fcgi/model/pattern.h"

#include "fcgi/base/log.h"

#include <pcre2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
        MATCH_LIMIT = 5000, /* steps from one place in the subject */
        DEPTH_LIMIT = 10000,
        HEAP_LIMIT_KIB = 4096,
};

struct pattern {
        char *name;
        pcre2_code *code;
        pcre2_match_data *match;
        pcre2_match_context *context;
        bool reported; /* that it hit a limit */
};

static unsigned long limit_hits;

static int compile(struct pattern *pattern, const char *text, uint32_t options, struct error *err)
{
        pcre2_compile_context *context = pcre2_compile_context_create(NULL);
        char message[256];
        PCRE2_SIZE offset = 0;
        int code = 0;

        if (context == NULL)
                return error_set(err, "out of memory");
        pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
        pattern->code = pcre2_compile(
                (PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, PCRE2_MULTILINE | options, &code, &offset, context);
        pcre2_compile_context_free(context);
        if (pattern->code == NULL) {
                pcre2_get_error_message(code, (PCRE2_UCHAR *)message, sizeof message);
                return error_set(err, "pattern, at character %zu: %s", offset + 1, message);
        }
        /* Without JIT it is slower and right all the same. */
        pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
        return 0;
}

static struct pattern *make(const char *name, const char *text, uint32_t options, struct error *err)
{
        struct pattern *pattern = calloc(1, sizeof *pattern);

        if (pattern == NULL || (pattern->name = strdup(name)) == NULL) {
                error_set(err, "out of memory");
                goto out;
        }
        if (compile(pattern, text, options, err) < 0)
                goto out;
        pattern->match = pcre2_match_data_create(2, NULL);
        pattern->context = pcre2_match_context_create(NULL);
        if (pattern->match == NULL || pattern->context == NULL) {
                error_set(err, "out of memory");
                goto out;
        }
        pcre2_set_match_limit(pattern->context, MATCH_LIMIT);
        pcre2_set_depth_limit(pattern->context, DEPTH_LIMIT);
        pcre2_set_heap_limit(pattern->context, HEAP_LIMIT_KIB);
        return pattern;
out:
        pattern_free(pattern);
        return NULL;
}

struct pattern *pattern_new(const char *name, const char *text, struct error *err)
{
        return make(name, text, PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF, err);
}

struct pattern *pattern_new_ascii(const char *name, const char *text, struct error *err)
{
        return make(name, text, 0, err);
}

void pattern_free(struct pattern *pattern)
{
        if (pattern == NULL)
                return;
        pcre2_match_context_free(pattern->context);
        pcre2_match_data_free(pattern->match);
        pcre2_code_free(pattern->code);
        free(pattern->name);
        free(pattern);
}

unsigned long pattern_limit_hits(void)
{
        return limit_hits;
}

/* Looking took too much: say so once. */
static void report_limit(struct pattern *pattern, int code)
{
        limit_hits++;
        if (!pattern->reported)
                log_warning("pattern.limit", LOG_S("pattern", pattern->name), LOG_I("code", code));
        pattern->reported = true;
}

int pattern_match(struct pattern *pattern, const char *subject, size_t size, size_t offset,
        struct pattern_match *match, struct error *err)
{
        const PCRE2_SIZE *place = pcre2_get_ovector_pointer(pattern->match);
        int rc = pcre2_match(
                pattern->code, (PCRE2_SPTR)subject, size, offset, 0, pattern->match, pattern->context);

        switch (rc) {
        case PCRE2_ERROR_NOMATCH:
                return 0;
        case PCRE2_ERROR_MATCHLIMIT:
        case PCRE2_ERROR_DEPTHLIMIT:
        case PCRE2_ERROR_HEAPLIMIT:
        case PCRE2_ERROR_JIT_STACKLIMIT:
                report_limit(pattern, rc);
                return 0;
        default:
                if (rc < 0)
                        return error_set(err, "pattern %s: PCRE2 error %d", pattern->name, rc);
        }
        *match = (struct pattern_match){.begin = pcre2_get_startchar(pattern->match), .start = place[0]};
        match->end = place[1] > place[0] ? place[1] : place[0]; /* \K in a lookahead can turn them round */
        /* 0: there are more groups than asked for; 2 and more: the first one is among those that matched. */
        if (rc != 1 && place[2] != PCRE2_UNSET && place[3] >= place[2]) {
                match->group_start = place[2];
                match->group_end = place[3];
        }
        return 1;
}

int pattern_find(struct pattern *pattern, const char *subject, size_t size, size_t offset, size_t *start,
        size_t *end, struct error *err)
{
        struct pattern_match match;
        int rc = pattern_match(pattern, subject, size, offset, &match, err);

        if (rc == 1) {
                *start = match.start;
                *end = match.end;
        }
        return rc;
}
