/* Looks for all rules of a group in one file; for patterns itself. */
#include "fcgi/model/policy_find.h"

#include "fcgi/model/mask.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int policy_find_add(struct find *find, uint32_t rule, size_t at, struct error *err)
{
        if (find->found[rule] >= VIOLATIONS_MAX)
                return 0;
        if (find->hit_count == find->hit_room) {
                size_t room = find->hit_room > 0 ? 2 * find->hit_room : 64;
                struct hit *hits = realloc(find->hits, room * sizeof *hits);

                if (hits == NULL)
                        return error_set(err, "out of memory");
                find->hits = hits;
                find->hit_room = room;
        }
        find->hits[find->hit_count++] = (struct hit){.at = at, .rule = rule};
        find->found[rule]++;
        return 0;
}

bool policy_find_begins(const struct find *find, int view, const struct pattern_match *match)
{
        size_t at = match->begin;

        if (view != VIEW_STRINGS)
                return true;
        while (at < match->end && isspace((unsigned char)find->bare[at]))
                at++;
        return at == find->size || find->bare[at] == find->code_only[at];
}

static int find_pattern(struct find *find, uint32_t index, struct pattern *pattern, struct error *err)
{
        const struct rule *rule = find->group->rules[index];
        const char *subject = rule->in == VIEW_CODE ? find->code_only : find->bare;
        struct pattern_match match;

        for (size_t offset = 0; offset <= find->size; offset = match.end > offset ? match.end : offset + 1) {
                int rc = pattern_match(pattern, subject, find->size, offset, &match, err);

                if (rc <= 0)
                        return rc;
                if (!policy_find_begins(find, rule->in, &match))
                        continue;
                if (rule->redact) /* to the end, also when there are too many to report */
                        memset(find->shown + match.group_start, FIND_SECRET,
                                match.group_end - match.group_start);
                else if (find->found[index] >= VIOLATIONS_MAX)
                        return 0;
                if (policy_find_add(find, index, match.start, err) < 0)
                        return -1;
        }
        return 0;
}

static int find_patterns(struct find *find, struct error *err)
{
        for (uint32_t i = 0; i < find->group->count; i++)
                for (struct pattern **one = find->group->rules[i]->patterns; one != NULL && *one != NULL;
                        one++)
                        if (find_pattern(find, i, *one, err) < 0)
                                return -1;
        return 0;
}

int policy_find_all(struct find *find, const struct syntax *syntax, const struct group *group,
        const char *code, size_t size, struct error *err)
{
        *find = (struct find){.syntax = syntax, .group = group, .code = code, .size = size};
        find->bare = malloc(3 * size + group->count + 1);
        if (find->bare == NULL)
                return error_set(err, "out of memory");
        find->code_only = find->bare + size;
        find->shown = find->code_only + size;
        find->found = (uint8_t *)find->shown + size;
        memset(find->found, 0, group->count);
        for (size_t i = 0; i < size; i++)
                find->shown[i] = code[i] == FIND_SECRET ? ' ' : code[i];
        find->too_deep = mask_code(syntax, code, size, find->bare, find->code_only);
        if (find_patterns(find, err) < 0 || policy_find_modules(find, err) < 0 ||
                policy_find_calls(find, err) < 0 || policy_find_exceeded(find, err) < 0)
                return -1;
        return 0;
}

void policy_find_clear(struct find *find)
{
        free(find->bare);
        free(find->hits);
        *find = (struct find){0};
}
