/* Reads one exercise: the YAML file's top level. */
#include "fcgi/model/exercise_parts.h"

#include "fcgi/model/schema.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(member) .offset = offsetof(struct exercise_draft, member)
#define TEXT(member) .kind = FIELD_TEXT, AT(member), .filled = true
#define NUMBER(member, u, lo, hi)                                                                            \
        .kind = FIELD_NUMBER, AT(member), .unit = &schema_##u, .min = (lo), .max = (hi)
#define MAP(table) .kind = FIELD_MAP, .fields = (table)
#define CUSTOM(function) .kind = FIELD_CUSTOM, .read = (function)

enum { TITLE_MAX = 200 };

/* These two are read once the rest is known. */
static int keep_languages(
        const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        if (node->kind != YAML_MAP || node->count == 0)
                return yaml_tree_error(
                        yaml, node->line, err, "'languages' must be a map with a language at least");
        ((struct exercise_draft *)target)->languages = node;
        return 0;
}

static int keep_cases(const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        if (node->kind != YAML_LIST || node->count == 0)
                return yaml_tree_error(
                        yaml, node->line, err, "'cases' must be a list with a test case at least");
        ((struct exercise_draft *)target)->cases = node;
        return 0;
}

static int read_compare(
        const struct yaml *yaml, const struct yaml_node *node, void *target, struct error *err)
{
        static const char *const words[] = {
                [COMPARE_LINES] = "lines", [COMPARE_EXACT] = "exact", [COMPARE_TOKENS] = "tokens"};
        const struct yaml_node *epsilon = yaml_tree_get(node, "float");
        struct compare *compare = &((struct exercise_draft *)target)->compare;
        char *end = NULL;

        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
                if (node->kind == YAML_TEXT && strcmp(node->text, words[i]) == 0) {
                        compare->mode = (enum compare_mode)i;
                        return 0;
                }
        if (node->count == 1 && epsilon != NULL && epsilon->kind == YAML_TEXT && epsilon->text[0] != '\0') {
                *compare = (struct compare){COMPARE_FLOAT, strtod(epsilon->text, &end)};
                if (*end == '\0' && compare->epsilon >= 0 && compare->epsilon < 1e300)
                        return 0;
        }
        return yaml_tree_error(
                yaml, node->line, err, "'compare' must be lines, exact, tokens or {float: 1e-6}");
}

static const struct field limits_fields[] = {
        {.key = "timeout", NUMBER(exercise.timeout_ms, seconds, 10, SETTINGS_STEPS_MAX_MS)},
        {.key = "memory", NUMBER(exercise.memory_mib, mib, 8, 64 * 1024)},
        {.key = NULL},
};

static const struct field fields[] = {
        {.key = "id",
                .kind = FIELD_CHARS,
                AT(exercise.id),
                .size = EXERCISE_ID_SIZE,
                .required = true,
                .filled = true},
        {.key = "title", TEXT(exercise.title), .required = true},
        {.key = "description", TEXT(exercise.description), .required = true},
        {.key = "policy", TEXT(exercise.policy_id)},
        {.key = "limits", MAP(limits_fields)},
        {.key = "compare", CUSTOM(read_compare)},
        {.key = "languages", CUSTOM(keep_languages), .required = true},
        {.key = "cases", CUSTOM(keep_cases)},
        {.key = NULL},
};

static int check_id(const struct yaml *yaml, const struct exercise_draft *draft, struct error *err)
{
        const char *slash = strrchr(draft->folder, '/'), *id = draft->exercise.id;
        const char *folder = slash != NULL ? slash + 1 : draft->folder;
        unsigned line = yaml_tree_line(yaml, "id");

        if (id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0' || id[0] == '-')
                return yaml_tree_error(yaml, line, err, "'id' must be lower case letters, digits and '-'");
        if (strcmp(folder, id) != 0)
                return yaml_tree_error(yaml, line, err,
                        "'id' is '%s', so the folder must be called that, not '%s'", id, folder);
        return 0;
}

static int check_policy(const struct yaml *yaml, struct exercise_draft *draft, struct error *err)
{
        struct exercise *exercise = &draft->exercise;

        if (exercise->policy_id == NULL)
                return 0;
        exercise->policy = policies_find(draft->context->policies, exercise->policy_id);
        if (exercise->policy != NULL)
                return 0;
        return yaml_tree_error(
                yaml, yaml_tree_line(yaml, "policy"), err, "policy '%s' does not exist", exercise->policy_id);
}

static int read_all(const struct yaml *yaml, struct exercise_draft *draft, struct error *err)
{
        if (schema_read(yaml, yaml->root, fields, draft, err) < 0 || check_id(yaml, draft, err) < 0 ||
                check_policy(yaml, draft, err) < 0)
                return -1;
        if (strlen(draft->exercise.title) > TITLE_MAX)
                return yaml_tree_error(yaml, yaml_tree_line(yaml, "title"), err,
                        "'title' must have at most %d bytes", TITLE_MAX);
        if (draft->cases == NULL && yaml_tree_get(yaml->root, "compare") != NULL)
                return yaml_tree_error(
                        yaml, yaml_tree_line(yaml, "compare"), err, "'compare' goes with 'cases' only");
        if (draft->cases != NULL && exercise_cases_read(yaml, draft, err) < 0)
                return -1;
        return exercise_languages_read(yaml, draft, err);
}

int exercise_read(const char *folder, const struct exercise_context *context, struct exercise *exercise,
        struct error *err)
{
        struct exercise_draft draft = {.context = context, .folder = folder};
        struct yaml *yaml;
        char path[PATH_MAX];
        int rc;

        if ((size_t)snprintf(path, sizeof path, "%s/exercise.yaml", folder) >= sizeof path)
                return error_set(err, "%s: the path is too long", folder);
        yaml = yaml_tree_load(path, err);
        if (yaml == NULL)
                return -1;
        rc = read_all(yaml, &draft, err);
        *exercise = draft.exercise;
        yaml_tree_free(yaml);
        return rc;
}

void exercise_clear(struct exercise *exercise)
{
        free(exercise->title);
        free(exercise->description);
        free(exercise->policy_id);
        test_set_free(exercise->tests);
        exercise_languages_clear(exercise);
        *exercise = (struct exercise){0};
}

const struct exercise_language *exercise_in(const struct exercise *exercise, const struct language *language)
{
        for (size_t i = 0; i < exercise->language_count; i++)
                if (exercise->languages[i].language == language)
                        return &exercise->languages[i];
        return NULL;
}
