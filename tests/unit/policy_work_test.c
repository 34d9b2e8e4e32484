/* The rules' work grows with the code and no faster: what a pattern goes over from one place, it does not go
 * over again from the next ones. Counted, not timed: with an automatic callout before each item of every
 * pattern, PCRE2 tells how far it has come. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "tests/unit/model_files.h"

#include "tests/adversarial.h"

#include <pcre2.h>

pcre2_code *__real_pcre2_compile_8(PCRE2_SPTR text, PCRE2_SIZE size, uint32_t options, int *code,
        PCRE2_SIZE *offset, pcre2_compile_context *context);
pcre2_code *__wrap_pcre2_compile_8(PCRE2_SPTR text, PCRE2_SIZE size, uint32_t options, int *code,
        PCRE2_SIZE *offset, pcre2_compile_context *context);
int __real_pcre2_match_8(const pcre2_code *code, PCRE2_SPTR subject, PCRE2_SIZE size, PCRE2_SIZE offset,
        uint32_t options, pcre2_match_data *data, pcre2_match_context *context);
int __wrap_pcre2_match_8(const pcre2_code *code, PCRE2_SPTR subject, PCRE2_SIZE size, PCRE2_SIZE offset,
        uint32_t options, pcre2_match_data *data, pcre2_match_context *context);

static unsigned long work; /* bytes gone over, and items begun */

/* Where matching is, since which place. */
static struct {
        PCRE2_SIZE start, at;
} attempt;

pcre2_code *__wrap_pcre2_compile_8(PCRE2_SPTR text, PCRE2_SIZE size, uint32_t options, int *code,
        PCRE2_SIZE *offset, pcre2_compile_context *context)
{
        return __real_pcre2_compile_8(text, size, options | PCRE2_AUTO_CALLOUT, code, offset, context);
}

static int count(pcre2_callout_block *block, void *context)
{
        (void)context;
        if (block->start_match != attempt.start)
                attempt.start = attempt.at = block->start_match;
        if (block->current_position > attempt.at)
                work += block->current_position - attempt.at;
        work++;
        attempt.at = block->current_position;
        return 0;
}

int __wrap_pcre2_match_8(const pcre2_code *code, PCRE2_SPTR subject, PCRE2_SIZE size, PCRE2_SIZE offset,
        uint32_t options, pcre2_match_data *data, pcre2_match_context *context)
{
        attempt.start = attempt.at = offset;
        pcre2_set_callout(context, count, NULL);
        return __real_pcre2_match_8(code, subject, size, offset, options, data, context);
}

enum {
        SIZE = 500,
        TIMES = 4,
        GROWTH_MAX = 6, /* of the work: 4 is linear, 16 quadratic */
};

typedef void check(const char *code, size_t size, void *context);

/* Whether it is too much more work on TIMES as much code of the kind. */
static bool grows(check *look, void *context, const char *first, const char *unit)
{
        char code[TIMES * SIZE];
        unsigned long once;

        adversarial_fill(code, SIZE, first, unit);
        work = 0;
        look(code, SIZE, context);
        once = work;
        adversarial_fill(code, sizeof code, first, unit);
        work = 0;
        look(code, sizeof code, context);
        return work > GROWTH_MAX * once;
}

static void look_for_pattern(const char *code, size_t size, void *context)
{
        struct error err = {""};
        size_t start, end;

        pattern_find(context, code, size, 0, &start, &end, &err);
        assert_string_equal(err.text, "");
}

static bool pattern_grows(const char *text, const char *unit)
{
        struct error err = {""};
        struct pattern *pattern = pattern_new_ascii("", text, &err);
        bool does;

        assert_string_equal(err.text, "");
        does = grows(look_for_pattern, pattern, "", unit);
        assert_true(work > TIMES * SIZE);
        pattern_free(pattern);
        return does;
}

static void measure_sees_what_is_gone_over_again(void **state)
{
        (void)state;
        assert_true(pattern_grows("a*+[bc]", "a"));
        assert_true(pattern_grows("^(?:\\\\\\R)*+[bc]", "\\\n"));
        assert_true(pattern_grows("{[^;]*+[;,]", "{a"));
        assert_false(pattern_grows("(?<!a)a*+[bc]", "a"));
        assert_false(pattern_grows("a{0,8}+[bc]", "a"));
}

static void look_for_rules(const char *code, size_t size, void *context)
{
        struct violations violations = {0};
        struct error err = {""};

        assert_int_equal(policy_check(policies_find(catalog.policies, "strict"), context, "", code, size,
                                 &violations, &err),
                0);
        assert_string_equal(err.text, "");
        violations_free(&violations);
}

static void rules_take_a_time_that_is_linear(void **state)
{
        size_t wrong = 0;
        (void)state;

        for (size_t i = 0; i < catalog.registry->count; i++)
                for (int first = 0; first < ADVERSARIAL_FIRSTS; first++)
                        for (int unit = 0; unit < ADVERSARIAL_COUNT; unit++) {
                                struct language *language = &catalog.registry->languages[i];

                                if (!grows(look_for_rules, language, adversarial_firsts[first],
                                            adversarial_units[unit]))
                                        continue;
                                print_message("%s: %s%s...\n", language->id, adversarial_firsts[first],
                                        adversarial_units[unit]);
                                wrong++;
                        }
        assert_int_equal(wrong, 0);
}

static int open_shipped(void **state)
{
        (void)state;
        catalog = catalog_open("conf/sandpool.yaml");
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(measure_sees_what_is_gone_over_again),
                cmocka_unit_test(rules_take_a_time_that_is_linear),
        };
        return cmocka_run_group_tests(tests, open_shipped, catalog_close_all);
}
