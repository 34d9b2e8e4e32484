/* Exercises as JSON for clients. */
#include "fcgi/model/exercise_json.h"

#include "fcgi/model/json_write.h"

#include <string.h>

enum { ANSWER_MAX = 64 * 1024 * 1024 };

bool exercise_is_offered(const struct exercise *exercise, const struct exercise_filter *filter)
{
        for (size_t i = 0; i < exercise->language_count; i++)
                if (filter->has(filter->context, exercise->languages[i].language))
                        return true;
        return false;
}

static int add_text(struct buffer *out, const char *key, const char *text)
{
        return json_write_key_bytes(out, key, text, strlen(text), false);
}

static int add_head(struct buffer *out, const struct exercise *exercise)
{
        if (json_write_key_word(out, "{\"id\":", exercise->id) < 0)
                return -1;
        return add_text(out, ",\"title\":", exercise->title);
}

static int add_starter(struct buffer *out, const struct exercise_language *one)
{
        if (json_write_key_word(out, "{\"id\":", one->language->id) < 0 ||
                json_write_key_word(out, ",\"name\":", one->language->name) < 0 ||
                add_text(out, ",\"starterCode\":", one->starter) < 0)
                return -1;
        return json_write_raw(out, "}");
}

/* Ids alone, or with what one begins with. */
static int add_languages(
        struct buffer *out, const struct exercise *exercise, const struct exercise_filter *filter, bool whole)
{
        const char *comma = "";

        if (json_write_raw(out, ",\"languages\":[") < 0)
                return -1;
        for (size_t i = 0; i < exercise->language_count; i++) {
                const struct exercise_language *one = &exercise->languages[i];

                if (!filter->has(filter->context, one->language))
                        continue;
                if (json_write_raw(out, comma) < 0 ||
                        (whole ? add_starter(out, one) : json_write_word(out, one->language->id)) < 0)
                        return -1;
                comma = ",";
        }
        return json_write_raw(out, "]");
}

static int add_args(struct buffer *out, char *const *args)
{
        if (json_write_raw(out, ",\"args\":[") < 0)
                return -1;
        for (size_t i = 0; args != NULL && args[i] != NULL; i++)
                if (json_write_key_bytes(out, i > 0 ? "," : "", args[i], strlen(args[i]), false) < 0)
                        return -1;
        return json_write_raw(out, "]");
}

static int add_case(struct buffer *out, const struct test_case *test)
{
        if (json_write_key_word(out, "{\"name\":", test->name) < 0 ||
                json_write_key_bytes(out, ",\"input\":", test->input, test->input_size, false) < 0 ||
                add_args(out, test->args) < 0 ||
                json_write_key_bytes(
                        out, ",\"expectedOutput\":", test->expected, test->expected_size, false) < 0)
                return -1;
        return json_write_raw(out, "}");
}

static int add_cases(struct buffer *out, const struct test_set *tests)
{
        const char *comma = "";

        if (json_write_raw(out, ",\"testCases\":[") < 0)
                return -1;
        for (size_t i = 0; tests != NULL && i < tests->count; i++) {
                if (tests->cases[i].hidden)
                        continue;
                if (json_write_raw(out, comma) < 0 || add_case(out, &tests->cases[i]) < 0)
                        return -1;
                comma = ",";
        }
        return json_write_raw(out, "]");
}

static char *take(struct buffer *out, int rc, size_t *size)
{
        if (rc < 0) {
                buffer_clear(out);
                return NULL;
        }
        *size = out->size;
        return out->data;
}

char *exercise_json(const struct exercise *exercise, const struct exercise_filter *filter, size_t *size)
{
        struct buffer out = BUFFER_MAX(ANSWER_MAX);
        int rc = add_head(&out, exercise);

        if (rc == 0)
                rc = add_text(&out, ",\"description\":", exercise->description);
        if (rc == 0)
                rc = add_languages(&out, exercise, filter, true);
        if (rc == 0)
                rc = add_cases(&out, exercise->tests);
        if (rc == 0)
                rc = json_write_raw(&out, "}\n");
        return take(&out, rc, size);
}

char *exercise_json_list(
        const struct exercises *exercises, const struct exercise_filter *filter, size_t *size)
{
        struct buffer out = BUFFER_MAX(ANSWER_MAX);
        const char *comma = "";
        int rc = json_write_raw(&out, "{\"exercises\":[");

        for (size_t i = 0; rc == 0 && i < exercises->count; i++) {
                if (!exercise_is_offered(&exercises->list[i], filter))
                        continue;
                rc = json_write_raw(&out, comma);
                if (rc == 0)
                        rc = add_head(&out, &exercises->list[i]);
                if (rc == 0)
                        rc = add_languages(&out, &exercises->list[i], filter, false);
                if (rc == 0)
                        rc = json_write_raw(&out, "}");
                comma = ",";
        }
        if (rc == 0)
                rc = json_write_raw(&out, "]}\n");
        return take(&out, rc, size);
}
