/* Reads what an exercise has for each of its languages: starter code, files beside the user's, a suite. */
#include "fcgi/model/exercise_parts.h"

#include "fcgi/base/text.h"
#include "fcgi/model/schema.h"
#include "images/runner/protocol.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT(member) .offset = offsetof(struct entry, member)

enum { FILES_MAX = 16 };

/* One language as it is written. */
struct entry {
        char *starter, *starter_file, *harness;
        char **files, **suite;
};

static const struct field entry_fields[] = {
        {.key = "starter", .kind = FIELD_TEXT, AT(starter)},
        {.key = "starter_file", .kind = FIELD_TEXT, AT(starter_file), .filled = true},
        {.key = "harness", .kind = FIELD_TEXT, AT(harness), .filled = true},
        {.key = "files", .kind = FIELD_LIST, AT(files), .max = FILES_MAX},
        {.key = "suite", .kind = FIELD_LIST, AT(suite), .max = FILES_MAX, .filled = true},
        {.key = NULL},
};

/* What reading one entry needs to know. */
struct reading {
        const struct yaml *yaml;
        const struct yaml_node *node;
        struct exercise_draft *draft;
        struct exercise_language *into;
        struct error *err;
};

static void entry_clear(struct entry *entry)
{
        free(entry->starter);
        free(entry->starter_file);
        free(entry->harness);
        yaml_tree_strings_free(entry->files);
        yaml_tree_strings_free(entry->suite);
}

static unsigned line_of(const struct reading *r, const char *key)
{
        const struct yaml_node *node = yaml_tree_get(r->node, key);

        return node != NULL ? node->line : r->node->line;
}

static int no_memory(const struct reading *r)
{
        return error_set(r->err, "%s: out of memory", r->yaml->path);
}

/* Read folder/name behind the others of a list that has room. */
static int add_file(const struct reading *r, const char *key, const char *folder, const char *name,
        struct text_file *list, size_t *count)
{
        struct error problem = {""};
        struct text_file *file = &list[*count];

        if (!text_file_name_ok(name))
                return yaml_tree_error(r->yaml, line_of(r, key), r->err,
                        "'%s' must be the name of a file below the folder of this one", name);
        if (list == r->into->files && strcmp(text_file_base(name), r->into->language->source) == 0)
                return yaml_tree_error(r->yaml, line_of(r, key), r->err,
                        "'%s' is what the user's own file is called", text_file_base(name));
        (*count)++;
        if (text_file_read(folder, name, file, &problem) < 0)
                return yaml_tree_error(r->yaml, line_of(r, key), r->err, "%s", problem.text);
        for (const struct text_file *other = list; other < file; other++)
                if (strcmp(other->name, file->name) == 0)
                        return yaml_tree_error(
                                r->yaml, line_of(r, key), r->err, "there are two files '%s'", file->name);
        return 0;
}

static int add_files(const struct reading *r, const char *key, const char *folder, char *const *names,
        struct text_file *list, size_t *count)
{
        for (; names != NULL && *names != NULL; names++)
                if (add_file(r, key, folder, *names, list, count) < 0)
                        return -1;
        return 0;
}

/* {language} in a file's name, once, is the language's id. */
static int starter_path(const struct reading *r, const char *name, char path[PATH_MAX])
{
        const char *place = strstr(name, "{language}");
        int head = place != NULL ? (int)(place - name) : (int)strlen(name);
        int length = snprintf(path, PATH_MAX, "%.*s%s%s", head, name,
                place != NULL ? r->into->language->id : "", place != NULL ? place + 10 : "");

        if (length >= PATH_MAX || !text_file_name_ok(path))
                return yaml_tree_error(r->yaml, line_of(r, "starter_file"), r->err,
                        "'%s' must be the name of a file below the folder of this one", name);
        return 0;
}

/* Where the exercise is for all languages, one may have no file yet: then one begins with nothing. */
static int read_starter(const struct reading *r, struct entry *entry, bool for_all)
{
        struct text_file file = {0};
        char path[PATH_MAX], full[2 * PATH_MAX];
        int rc = 0;

        if (entry->starter != NULL && entry->starter_file != NULL)
                return yaml_tree_error(r->yaml, line_of(r, "starter_file"), r->err,
                        "give either 'starter' or 'starter_file', not both");
        if (entry->starter_file != NULL) {
                if (starter_path(r, entry->starter_file, path) < 0)
                        return -1;
                snprintf(full, sizeof full, "%s/%s", r->draft->folder, path);
                if (!for_all || access(full, F_OK) == 0 || errno != ENOENT) {
                        struct error problem = {""};
                        rc = text_file_read(r->draft->folder, path, &file, &problem);
                        if (rc < 0)
                                yaml_tree_error(
                                        r->yaml, line_of(r, "starter_file"), r->err, "%s", problem.text);
                }
                r->into->starter = file.data;
                file.data = NULL;
        } else {
                r->into->starter = entry->starter;
                entry->starter = NULL;
        }
        text_file_clear(&file);
        if (rc == 0 && r->into->starter == NULL && (r->into->starter = strdup("")) == NULL)
                rc = no_memory(r);
        return rc;
}

static size_t length(char *const *list)
{
        size_t count = 0;

        while (list != NULL && list[count] != NULL)
                count++;
        return count;
}

static int check_kind(const struct reading *r, const struct entry *entry)
{
        const struct language *language = r->into->language;

        if (entry->suite != NULL && r->draft->cases != NULL)
                return yaml_tree_error(r->yaml, line_of(r, "suite"), r->err,
                        "the exercise has 'cases' already: it is judged by them or by suites");
        if (entry->suite == NULL && r->draft->cases == NULL)
                return yaml_tree_error(r->yaml, r->node->line, r->err,
                        "'%s' has no 'suite', and the exercise no 'cases': nothing would judge it",
                        language->id);
        if (entry->suite != NULL && language->suite.command.argv == NULL)
                return yaml_tree_error(r->yaml, line_of(r, "suite"), r->err,
                        "%s has no 'suite', so there is no way to run one in '%s'", language->path,
                        language->id);
        if (entry->suite != NULL && entry->harness != NULL)
                return yaml_tree_error(r->yaml, line_of(r, "harness"), r->err,
                        "a harness goes with 'cases': a suite calls the program itself");
        return 0;
}

static int read_files(const struct reading *r, const struct entry *entry)
{
        const struct language_suite *how = &r->into->language->suite;
        struct exercise_language *into = r->into;
        const char *suites = r->draft->context->settings->suites_dir;
        bool suite = entry->suite != NULL;

        into->files = calloc(1 + length(entry->files) + length(how->program_files), sizeof *into->files);
        into->suite = calloc(1 + length(entry->suite) + length(how->files), sizeof *into->suite);
        if (into->files == NULL || into->suite == NULL)
                return no_memory(r);
        into->harness = entry->harness != NULL;
        if (into->harness &&
                add_file(r, "harness", r->draft->folder, entry->harness, into->files, &into->file_count) < 0)
                return -1;
        if (add_files(r, "files", r->draft->folder, entry->files, into->files, &into->file_count) < 0 ||
                add_files(r, "suite", r->draft->folder, entry->suite, into->suite, &into->suite_count) < 0)
                return -1;
        into->suite_own = into->suite_count;
        if (suite && (add_files(r, "suite", suites, how->files, into->suite, &into->suite_count) < 0 ||
                             add_files(r, "suite", suites, how->program_files, into->files,
                                     &into->file_count) < 0))
                return -1;
        if (into->suite_count + into->file_count + r->draft->context->settings->limits.files >
                PROTOCOL_FILES_MAX)
                return yaml_tree_error(r->yaml, r->node->line, r->err,
                        "too many files: with those of a request there may be %d", PROTOCOL_FILES_MAX);
        return 0;
}

static int check_limits(const struct reading *r)
{
        const struct exercise *exercise = &r->draft->exercise;
        const struct limit *timeout = &r->into->language->timeout_ms,
                           *memory = &r->into->language->memory_mib;

        if (exercise->timeout_ms != 0 &&
                (exercise->timeout_ms < timeout->min || exercise->timeout_ms > timeout->max))
                return yaml_tree_error(r->yaml, yaml_tree_line(r->yaml, "limits.timeout"), r->err,
                        "'timeout' must be between %.10g and %.10g for '%s'", timeout->min / 1000.0,
                        timeout->max / 1000.0, r->into->language->id);
        if (exercise->memory_mib != 0 &&
                (exercise->memory_mib < memory->min || exercise->memory_mib > memory->max))
                return yaml_tree_error(r->yaml, yaml_tree_line(r->yaml, "limits.memory"), r->err,
                        "'memory' must be between %u and %u MiB for '%s'", memory->min, memory->max,
                        r->into->language->id);
        return 0;
}

static int read_entry(const struct yaml *yaml, const struct yaml_node *node, struct exercise_draft *draft,
        const struct language *language, bool for_all, struct error *err)
{
        struct exercise_language *into = &draft->exercise.languages[draft->exercise.language_count++];
        struct reading r = {yaml, node, draft, into, err};
        struct entry entry = {0};
        int rc = -1;

        into->language = language;
        if (schema_read(yaml, node, entry_fields, &entry, err) == 0 && check_kind(&r, &entry) == 0 &&
                read_starter(&r, &entry, for_all) == 0 && read_files(&r, &entry) == 0)
                rc = check_limits(&r);
        entry_clear(&entry);
        return rc;
}

/* Every language that is there and not named itself. */
static int read_for_all(const struct yaml *yaml, const struct yaml_node *node, struct exercise_draft *draft,
        struct error *err)
{
        const struct registry *registry = draft->context->registry;

        for (size_t i = 0; i < registry->count; i++) {
                const struct language *language = &registry->languages[i];

                if (yaml_tree_get(draft->languages, language->id) == NULL &&
                        read_entry(yaml, node, draft, language, true, err) < 0)
                        return -1;
        }
        return 0;
}

/* An operator need not have every language that an exercise is for; but a name next to one that there is was
 * meant to be that. */
static int missing_language(const struct yaml *yaml, const struct yaml_node *node,
        const struct registry *registry, struct error *err)
{
        const char *known[LANGUAGES_MAX + 1] = {NULL};
        const char *nearest;

        for (size_t i = 0; i < registry->count; i++)
                known[i] = registry->languages[i].id;
        nearest = text_nearest(node->key, known);
        if (nearest == NULL)
                return 0;
        return yaml_tree_error(
                yaml, node->line, err, "there is no language '%s' (did you mean '%s'?)", node->key, nearest);
}

int exercise_languages_read(const struct yaml *yaml, struct exercise_draft *draft, struct error *err)
{
        const struct registry *registry = draft->context->registry;
        struct exercise *exercise = &draft->exercise;

        exercise->languages = calloc(registry->count + 1, sizeof *exercise->languages);
        if (exercise->languages == NULL)
                return error_set(err, "%s: out of memory", yaml->path);
        for (size_t i = 0; i < draft->languages->count; i++) {
                const struct yaml_node *node = draft->languages->items[i];
                const struct language *language = registry_get(registry, node->key);
                int rc;

                if (strcmp(node->key, "all") == 0)
                        rc = read_for_all(yaml, node, draft, err);
                else if (language == NULL)
                        rc = missing_language(yaml, node, registry, err);
                else
                        rc = read_entry(yaml, node, draft, language, false, err);
                if (rc < 0)
                        return -1;
        }
        return 0;
}

void exercise_languages_clear(struct exercise *exercise)
{
        for (size_t i = 0; i < exercise->language_count; i++) {
                struct exercise_language *one = &exercise->languages[i];

                free(one->starter);
                for (size_t j = 0; j < one->file_count; j++)
                        text_file_clear(&one->files[j]);
                for (size_t j = 0; j < one->suite_count; j++)
                        text_file_clear(&one->suite[j]);
                free(one->files);
                free(one->suite);
        }
        free(exercise->languages);
}
