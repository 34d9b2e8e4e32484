/* Reads programs from their folders and judges answers. */
#include "tests/soak/programs.h"

#include "fcgi/base/io.h"
#include "tests/integration/case.h"
#include "tests/integration/service_places.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODE_MAX (64 << 10)
#define MARK "@TOKEN@"
#define PICKS_MAX 10000  /* for a language that has no good one, or none else */
#define INPUT_LINES 2000 /* more than a pipe holds, for those who do not read it */

static struct program *add(
        struct programs *programs, enum program_kind kind, const char *language, const char *name)
{
        struct program *program = &programs->list[programs->count];
        if (programs->count == PROGRAMS_MAX)
                return NULL;
        *program = (struct program){.kind = kind};
        snprintf(program->language, sizeof program->language, "%s", language);
        snprintf(program->name, sizeof program->name, "%s", name);
        return program;
}

/* What depends on how fast the machine is at the moment. */
static void forget_times(json_t *expected)
{
        static const char *const keys[] = {"executionTime", "cpuTime", "memory", "$times"};
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
                json_object_del(expected, keys[i]);
}

static int add_case(struct programs *programs, const char *folder, const char *language, const char *name,
        struct error *err)
{
        bool echo = !strcmp(name, "stdin-echo");
        struct program *program = add(programs, echo ? PROGRAM_ECHO : PROGRAM_CASE, language, name);
        if (!program)
                return error_set(err, "too many programs");
        program->request = case_request(folder, language, err);
        program->expected = program->request ? case_expectation(folder, err) : NULL;
        if (!program->expected)
                return -1;
        forget_times(program->expected);
        programs->count++;
        return 0;
}

static int add_hostile(struct programs *programs, const char *path, const char *language, const char *name,
        struct error *err)
{
        char *code = NULL;
        struct program *program = add(programs, PROGRAM_HOSTILE, language, name);
        if (!program)
                return error_set(err, "too many programs");
        if (io_read_file(path, CODE_MAX, &code, err) < 0)
                return -1;
        program->request = json_pack(
                "{s:s, s:s, s:s, s:i}", "language", language, "code", code, "policy", "off", "timeout", 2);
        free(code);
        programs->count++;
        return program->request ? 0 : error_set(err, "%s is not UTF-8", path);
}

typedef int adder(
        struct programs *, const char *path, const char *language, const char *name, struct error *);

/* Each entry of a language's folder below root; a folder that is not there has none. In order, so that a seed
 * means the same everywhere. */
static int add_all(
        struct programs *programs, const char *root, const char *language, adder *add_one, struct error *err)
{
        char folder[600];
        struct dirent **entries;
        int rc = 0;
        service_source_path(root, folder, 400);
        snprintf(folder + strlen(folder), 100, "/%s", language);
        int count = scandir(folder, &entries, NULL, alphasort);
        for (int i = 0; i < count; i++) {
                char path[900];
                snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
                if (rc == 0 && *entries[i]->d_name != '.')
                        rc = add_one(programs, path, language, entries[i]->d_name, err);
                free(entries[i]);
        }
        if (count >= 0)
                free(entries);
        return rc;
}

int programs_add(struct programs *programs, const char *language, struct error *err)
{
        size_t before = programs->count;
        if (add_all(programs, "tests/programs", language, add_case, err) ||
                add_all(programs, "tests/soak/programs", language, add_hostile, err))
                return -1;
        return programs->count > before ? 0 : error_set(err, "no program of %s", language);
}

/* Among those of the same language and goodness as one picked by chance. */
const struct program *programs_pick(const struct programs *programs, unsigned *seed)
{
        const char *language = programs->list[(size_t)rand_r(seed) % programs->count].language;
        bool good = rand_r(seed) % 2;
        const struct program *program = NULL;
        for (int tries = 0; tries < PICKS_MAX; tries++) {
                program = &programs->list[(size_t)rand_r(seed) % programs->count];
                if (!strcmp(program->language, language) && (program->kind == PROGRAM_ECHO) == good)
                        break;
        }
        return program;
}

static json_t *replaced(const char *text, const char *token)
{
        struct buffer out = BUFFER_MAX(2 * CODE_MAX);
        for (const char *at; (at = strstr(text, MARK)); text = at + strlen(MARK)) {
                buffer_add(&out, text, (size_t)(at - text));
                buffer_add_string(&out, token);
        }
        buffer_add_string(&out, text);
        json_t *code = json_stringn(out.data, out.size);
        buffer_clear(&out);
        return code;
}

static json_t *input_of(const struct program *program, const char *token)
{
        struct buffer input = BUFFER_MAX(256 << 10);
        int lines = program->kind == PROGRAM_ECHO ? 1 : INPUT_LINES;
        for (int i = 0; i < lines; i++) {
                buffer_add_string(&input, token);
                buffer_add_string(&input, "\n");
        }
        json_t *text = json_stringn(input.data, input.size);
        buffer_clear(&input);
        return text;
}

char *programs_body(const struct program *program, const char *token)
{
        json_t *body = json_copy(program->request);
        if (program->kind != PROGRAM_CASE)
                json_object_set_new(body, "stdin", input_of(program, token));
        if (program->kind == PROGRAM_HOSTILE)
                json_object_set_new(
                        body, "code", replaced(json_string_value(json_object_get(body, "code")), token));
        char *text = json_dumps(body, JSON_COMPACT);
        json_decref(body);
        return text;
}

/* Whether text is nothing but lines of the token, the last of which may be cut. */
static bool is_own(const char *text, const char *token)
{
        size_t length = strlen(token);
        while (*text) {
                size_t line = strcspn(text, "\n");
                if (line > length || strncmp(text, token, line) || (text[line] && line && line < length))
                        return false;
                text += line + (text[line] == '\n');
        }
        return true;
}

static bool is_late(const json_t *answer)
{
        const char *reason = json_string_value(json_object_get(answer, "reason"));
        return reason && !strcmp(reason, "time_limit");
}

static enum program_verdict judge_tokens(
        const struct program *program, const char *token, const json_t *answer, struct error *err)
{
        const char *output = json_string_value(json_object_get(answer, "output"));
        if (!output || !is_own(output, token)) {
                error_set(err, "output is not its own: %.100s", output ? output : "none");
                return PROGRAM_MIXED_UP;
        }
        if (program->kind == PROGRAM_HOSTILE || is_late(answer))
                return PROGRAM_RIGHT;
        if (json_is_true(json_object_get(answer, "success")) && strlen(output) == strlen(token) + 1)
                return PROGRAM_RIGHT;
        error_set(err, "a good program failed");
        return PROGRAM_WRONG;
}

enum program_verdict programs_judge(
        const struct program *program, const char *token, const json_t *answer, struct error *err)
{
        if (program->kind != PROGRAM_CASE)
                return judge_tokens(program, token, answer, err);
        if (!case_compare(program->expected, answer, err) || is_late(answer))
                return PROGRAM_RIGHT;
        return PROGRAM_WRONG;
}
