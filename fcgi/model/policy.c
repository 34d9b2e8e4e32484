/* Applies a policy to a file and tells of what it found, the worst first. */
#include "fcgi/model/policy.h"

#include "fcgi/base/text.h"
#include "fcgi/model/policy_find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const severity_names[] = {"INFO", "WARNING", "ERROR", "CRITICAL", NULL};

/* A place in the code; moves forward only. */
struct place {
        size_t at;
        size_t line_start;
        unsigned line, column;
};

/* Move to an offset, counting \n, \r\n and \r as one line end each; columns are characters, not bytes. */
static void place_move(struct place *place, const struct find *find, size_t to)
{
        for (; place->at < to; place->at++) {
                char c = find->code[place->at];
                bool pair = c == '\r' && place->at + 1 < find->size && find->code[place->at + 1] == '\n';

                if ((c == '\n' || c == '\r') && !pair) {
                        place->line++;
                        place->line_start = place->at + 1;
                        place->column = 1;
                } else {
                        place->column += ((unsigned char)c & 0xc0) != 0x80;
                }
        }
}

/* Copy text until it ends or the snippet is full: control characters are blanks, a secret is ***. Returns how
 * many bytes of it were not copied any more. */
static size_t copy_shown(char snippet[SNIPPET_SIZE], const char *text, size_t length)
{
        static const char stars[] = "***";
        size_t used = 0, i = 0;

        while (i < length && used < SNIPPET_SIZE - 1) {
                unsigned char c = (unsigned char)text[i];

                if (c != FIND_SECRET) {
                        snippet[used++] = (char)(c < ' ' || c == 0x7f ? ' ' : c);
                        i++;
                        continue;
                }
                for (const char *star = stars; *star != '\0' && used < SNIPPET_SIZE - 1; star++)
                        snippet[used++] = *star;
                while (i < length && text[i] == FIND_SECRET)
                        i++;
        }
        snippet[used] = '\0';
        return length - i;
}

/* The place's line, without blanks around it, cut to what fits between two characters; "" when it is not
 * UTF-8. */
static void copy_snippet(const struct find *find, const struct place *place, char snippet[SNIPPET_SIZE])
{
        const char *start = find->shown + place->line_start, *stop = find->shown + find->size, *end;
        size_t length;

        while (start < stop && (*start == ' ' || *start == '\t'))
                start++;
        for (end = start; end < stop && *end != '\n' && *end != '\r' && end - start < 4 * SNIPPET_SIZE;)
                end++;
        if (copy_shown(snippet, start, (size_t)(end - start)) > 0 || end - start == 4 * SNIPPET_SIZE) {
                /* Cut off what may be a character's beginning. */
                length = strlen(snippet);
                while (length > 0 && ((unsigned char)snippet[length - 1] & 0xc0) == 0x80)
                        length--;
                if (length > 0 && (unsigned char)snippet[length - 1] >= 0xc0)
                        length--;
                if (text_is_utf8(snippet, strlen(snippet)))
                        length = strlen(snippet);
                snippet[length] = '\0';
        }
        length = strlen(snippet);
        while (length > 0 && snippet[length - 1] == ' ')
                length--;
        snippet[text_is_utf8(snippet, length) ? length : 0] = '\0';
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

/* By severity, then place, then rule. */
static int compare_worst(const void *left, const void *right, void *context)
{
        const struct hit *a = left, *b = right;
        const struct group *group = context;
        int severity = group->rules[b->rule]->severity - group->rules[a->rule]->severity;

        if (severity != 0)
                return severity;
        if (a->at != b->at)
                return a->at < b->at ? -1 : 1;
        return (a->rule > b->rule) - (a->rule < b->rule);
}

static int compare_place(const void *left, const void *right)
{
        const struct hit *a = left, *b = right;

        return (a->at > b->at) - (a->at < b->at);
}

/* Keep the worst hits, each once, in the order of their places. */
static void keep_worst(struct find *find)
{
        size_t kept = 0;

        if (find->hit_count == 0)
                return;
        qsort_r(find->hits, find->hit_count, sizeof *find->hits, compare_worst, (void *)find->group);
        for (size_t i = 0; i < find->hit_count && kept < VIOLATIONS_MAX; i++)
                if (i == 0 || find->hits[i].at != find->hits[i - 1].at ||
                        find->hits[i].rule != find->hits[i - 1].rule)
                        find->hits[kept++] = find->hits[i];
        find->hit_count = kept;
        qsort(find->hits, kept, sizeof *find->hits, compare_place);
}

static int report(struct find *find, const char *name, struct violations *violations, struct error *err)
{
        struct place place = {.line = 1, .column = 1};

        keep_worst(find);
        for (size_t i = 0; i < find->hit_count; i++) {
                const struct rule *rule = find->group->rules[find->hits[i].rule];
                struct violation violation = {.rule = rule->id,
                        .message = rule->message,
                        .severity = (enum severity)rule->severity};

                place_move(&place, find, find->hits[i].at);
                snprintf(violation.file, sizeof violation.file, "%s", name);
                violation.line = place.line;
                violation.column = place.column;
                copy_snippet(find, &place, violation.snippet);
                if (add_violation(violations, &violation) < 0)
                        return error_set(err, "out of memory");
        }
        return 0;
}

/* By id, so that the language may be a copy. */
static const struct language *known_language(const struct policy *policy, const struct language *language)
{
        return policy->groups != NULL ? registry_get(policy->registry, language->id) : NULL;
}

int policy_check(const struct policy *policy, const struct language *language, const char *name,
        const char *code, size_t size, struct violations *violations, struct error *err)
{
        const struct language *known = known_language(policy, language);
        const struct group *group;
        struct find find = {0};
        int rc = -1;

        if (known == NULL || size == 0)
                return 0;
        group = &policy->groups[known - policy->registry->languages];
        if (group->count == 0)
                return 0;
        if (policy_find_all(&find, known->syntax, group, code, size, err) < 0)
                goto out;
        for (size_t i = 0; i < find.hit_count; i++)
                if (group->rules[find.hits[i].rule]->severity >= (int)policy->block_from)
                        violations->blocked = true;
        rc = report(&find, name, violations, err);
out:
        policy_find_clear(&find);
        return rc;
}

void violations_free(struct violations *violations)
{
        free(violations->list);
        *violations = (struct violations){0};
}
