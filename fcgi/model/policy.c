/* Applies a policy to code. */
#include "fcgi/model/policy_rules.h"

#include "fcgi/base/text.h"
#include "fcgi/model/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const severity_names[] = {"INFO", "WARNING", "ERROR", "CRITICAL", NULL};

/* One file under the rules. */
struct check {
        const char *name;
        const char *code;
        size_t size;
        char *bare;      /* comments blanked */
        char *code_only; /* strings too */
        struct violations *violations;
        struct error *err;
};

/* A place in the code; moves forward only. */
struct place {
        size_t at;
        size_t line_start;
        unsigned line;
};

/* Move to an offset, counting \n, \r\n and \r as one line end each. */
static void place_move(struct place *place, const struct check *check, size_t to)
{
        for (; place->at < to; place->at++) {
                char c = check->code[place->at];
                bool pair = c == '\r' && place->at + 1 < check->size && check->code[place->at + 1] == '\n';

                if ((c == '\n' || c == '\r') && !pair) {
                        place->line++;
                        place->line_start = place->at + 1;
                }
        }
}

/* Characters, not bytes: those of UTF-8 that go on are not counted. */
static unsigned column_of(const struct check *check, const struct place *place)
{
        unsigned column = 1;

        for (size_t i = place->line_start; i < place->at; i++)
                column += ((unsigned char)check->code[i] & 0xc0) != 0x80;
        return column;
}

/* The place's line, without blanks around it, cut to what fits; valid UTF-8 without control characters. */
static void copy_snippet(const struct check *check, const struct place *place, char snippet[SNIPPET_SIZE])
{
        const char *start = check->code + place->line_start, *end;
        const char *stop = check->code + check->size;
        size_t length;

        while (start < stop && (*start == ' ' || *start == '\t'))
                start++;
        for (end = start; end < stop && *end != '\n' && *end != '\r' && end - start < SNIPPET_SIZE - 1;)
                end++;
        if (end < stop)
                while (end > start && ((unsigned char)*end & 0xc0) == 0x80)
                        end--; /* not in the midst of a character */
        while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
                end--;
        length = (size_t)(end - start);
        if (!text_is_utf8(start, length))
                length = 0;
        for (size_t i = 0; i < length; i++)
                snippet[i] = (unsigned char)start[i] < ' ' || start[i] == 0x7f ? ' ' : start[i];
        snippet[length] = '\0';
}

static bool comes_before(const struct violation *a, const struct violation *b)
{
        if (a->severity != b->severity)
                return a->severity > b->severity;
        if (strcmp(a->file, b->file) != 0)
                return false; /* files are checked in order */
        return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* Put it where it belongs; when the list is full, the last falls out. Returns 0/-1 (memory). */
static int add_violation(struct violations *violations, const struct violation *violation)
{
        size_t at = violations->count;

        if (violations->list == NULL) {
                violations->list = calloc(VIOLATIONS_MAX, sizeof *violations->list);
                if (violations->list == NULL)
                        return -1;
        }
        while (at > 0 && comes_before(violation, &violations->list[at - 1]))
                at--;
        if (at == VIOLATIONS_MAX)
                return 0;
        if (violations->count < VIOLATIONS_MAX)
                violations->count++;
        memmove(&violations->list[at + 1], &violations->list[at],
                (violations->count - at - 1) * sizeof *violations->list);
        violations->list[at] = *violation;
        return 0;
}

static int report(const struct check *check, const struct rule *rule, const struct place *place)
{
        struct violation violation = {.rule = rule->id, .message = rule->message, .severity = rule->severity};

        snprintf(violation.file, sizeof violation.file, "%s", check->name);
        violation.line = place->line;
        violation.column = column_of(check, place);
        copy_snippet(check, place, violation.snippet);
        if (add_violation(check->violations, &violation) < 0)
                return error_set(check->err, "out of memory");
        return 0;
}

/* Returns how many places a rule matches (at most VIOLATIONS_MAX), or -1. */
static int apply(const struct check *check, const struct rule *rule)
{
        const char *subject = rule->in_strings ? check->bare : check->code_only;
        struct place place = {.line = 1};
        size_t offset = 0, start, end;
        int found = 0;

        while (found < VIOLATIONS_MAX && offset <= check->size) {
                int rc = pattern_find(rule->pattern, subject, check->size, offset, &start, &end, check->err);

                if (rc < 0)
                        return -1;
                if (rc == 0)
                        break;
                offset = end > offset ? end : offset + 1;
                /* What begins inside of a string only speaks of it. */
                if (rule->in_strings && start < check->size && check->bare[start] != check->code_only[start])
                        continue;
                place_move(&place, check, start);
                if (report(check, rule, &place) < 0)
                        return -1;
                found++;
        }
        return found;
}

static const struct rule_group *group_of(const struct policy *policy, const struct language *language)
{
        for (size_t i = 0; i < policy->group_count; i++)
                if (strcmp(policy->groups[i].language, language->id) == 0)
                        return &policy->groups[i];
        return NULL;
}

int policy_check(const struct policy *policy, const struct language *language, const char *name,
        const char *code, size_t size, struct violations *violations, struct error *err)
{
        const struct rule_group *group = group_of(policy, language);
        struct check check = {.name = name, .code = code, .size = size, .violations = violations, .err = err};
        int rc = -1;

        if (group == NULL || size == 0)
                return 0;
        check.bare = malloc(2 * size);
        if (check.bare == NULL)
                return error_set(err, "out of memory");
        check.code_only = check.bare + size;
        mask_code(language, code, size, check.bare, check.code_only);
        for (size_t i = 0; i < group->count; i++) {
                const struct rule *rule = &group->rules[i];
                int found = apply(&check, rule);

                if (found < 0)
                        goto out;
                if (found > 0 && rule->severity >= policy->block_from)
                        violations->blocked = true;
        }
        rc = 0;
out:
        free(check.bare);
        return rc;
}

void violations_free(struct violations *violations)
{
        free(violations->list);
        *violations = (struct violations){0};
}
