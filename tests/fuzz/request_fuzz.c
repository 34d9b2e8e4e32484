/* Fuzzes request parsing, the policies on what it accepts, and the frames that are made of it. To be run from
 * the repository's root. */
#include "fcgi/execute/plan.h"
#include "fcgi/model/request.h"
#include "images/runner/protocol.h"
#include "tests/fuzz/input.h"

#include <stdlib.h>
#include <string.h>

static struct catalog catalog;

static void open_catalog(void)
{
        struct error err = {""};
        struct settings *settings = settings_load("conf/sandpool.yaml", &err);
        struct registry *registry = settings != NULL ? registry_load(settings, &err) : NULL;
        struct policies *policies = registry != NULL ? policies_load(settings, registry, &err) : NULL;

        if (policies == NULL) {
                input_broken(err.text);
        }
        struct exercise_context context = {settings, registry, policies};
        struct exercises *exercises = exercises_load(&context, &err);

        if (exercises == NULL) {
                fprintf(stderr, "%s\n", err.text);
                exit(1);
        }
        catalog = (struct catalog){
                .settings = settings, .registry = registry, .policies = policies, .exercises = exercises};
}

/* What every accepted set of test cases must be. */
static void check_tests(const struct test_set *tests)
{
        const struct limits *limits = &catalog.settings->limits;
        size_t input = 0, expected = 0;

        if (tests->count < 1 || tests->count > limits->test_cases || !(tests->compare.epsilon >= 0))
                abort();
        for (size_t i = 0; i < tests->count; i++) {
                const struct test_case *test = &tests->cases[i];

                input += test->input_size;
                expected += test->expected_size;
                if (test->expected == NULL || (test->name != NULL && strlen(test->name) > TEST_NAME_MAX))
                        abort();
        }
        if (input > limits->stdin_bytes || expected > limits->output_bytes)
                abort();
}

/* Frames that the runner takes, one behind the other. */
static void check_frames(const struct buffer *frames)
{
        uint8_t type;
        uint32_t length;

        for (size_t at = 0; at < frames->size; at += PROTOCOL_HEADER_SIZE + length)
                if (frames->size - at < PROTOCOL_HEADER_SIZE ||
                        protocol_get_header((const uint8_t *)frames->data + at, &type, &length) ||
                        frames->size - at < PROTOCOL_HEADER_SIZE + length || type < FRAME_JOB ||
                        type > FRAME_START)
                        abort();
}

/* What is accepted must fit the protocol. */
static void check_plan(const struct request *request)
{
        const struct test_set *tests = request->tests;
        struct plan plan = {0};
        struct error err = {""};

        if (plan_make(&plan, request, catalog.settings, &err))
                abort();
        for (size_t i = 0; i < (tests ? tests->count : 1); i++)
                if (plan_run(&plan, request, catalog.settings, tests ? &tests->cases[i] : NULL,
                            request->timeout_ms, &err))
                        abort();
        check_frames(&plan.frames);
        plan_free(&plan);
}

/* What every accepted request must be. */
static void check(const struct request *request)
{
        const struct limit *timeout = &request->language->timeout_ms;
        struct violations violations = {0};
        size_t total = 0;

        for (size_t i = 0; i < request->file_count; i++) {
                const struct request_file *file = &request->files[i];

                total += file->size;
                if (file->name[0] == '/' || file->name[0] == '\0')
                        abort();
                if (policy_check(request->policy, request->language, file->name, file->data, file->size,
                            &violations, NULL) < 0)
                        abort();
        }
        if (request->file_count < 1 || request->files[0].size < 1 || violations.count > VIOLATIONS_MAX ||
                total > catalog.settings->limits.code_bytes || request->timeout_ms < timeout->min ||
                request->timeout_ms > timeout->max || request->args == NULL)
                abort();
        violations_free(&violations);
        if (request->tests != NULL)
                check_tests(request->tests);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct request request;
        struct refusal refusal;
        int rc;

        if (catalog.policies == NULL)
                open_catalog();
        rc = request_parse((const char *)data, size, &catalog, &request, &refusal, NULL);
        if (rc < 0 || (rc == 1) != (refusal.http_status != 0))
                abort();
        if (rc == 0) {
                check(&request);
                check_plan(&request);
        }
        request_free(&request);
        return 0;
}
