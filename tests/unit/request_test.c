/* Requests: what is accepted, and a file of those that are refused, with field and text. */
#include "tests/unit/model_files.h"

#include "fcgi/model/base64.h"

/* Parse bytes that must be accepted; the caller frees the request. */
static struct request accept_bytes(const char *body, size_t size)
{
        struct request request;
        struct refusal refusal;
        struct error err = {""};

        if (request_parse(body, size, &catalog, &request, &refusal, &err) != 0)
                fail_msg("refused: %s%s in %s", refusal.text, err.text, body);
        assert_int_equal(refusal.http_status, 0);
        return request;
}

static struct request accept_body(const char *body)
{
        return accept_bytes(body, strlen(body));
}

static void refuse_bytes(const char *body, size_t size, const char *head, const char *text)
{
        struct request request;
        struct refusal refusal;
        struct error err = {""};
        char found[512];

        assert_int_equal(request_parse(body, size, &catalog, &request, &refusal, &err), 1);
        snprintf(found, sizeof found, "%d %s %s", refusal.http_status, refusal.reason,
                refusal.field[0] != '\0' ? refusal.field : "-");
        assert_string_equal(found, head);
        assert_string_equal(refusal.text, text);
        assert_null(request.files);
        assert_null(request.args);
}

static void refuse_body(const char *body, const char *head, const char *text)
{
        refuse_bytes(body, strlen(body), head, text);
}

static void refused_requests(void **state)
{
        FILE *file = fopen("tests/unit/data/refused_requests.txt", "r");
        char *head = NULL, *text = NULL, *body = NULL;
        size_t rooms[3] = {0};
        int cases = 0;
        (void)state;

        assert_non_null(file);
        while (getline(&head, &rooms[0], file) > 0) {
                if (strncmp(head, "== ", 3) != 0)
                        continue;
                assert_true(getline(&text, &rooms[1], file) > 0 && getline(&body, &rooms[2], file) > 0);
                head[strcspn(head, "\n")] = text[strcspn(text, "\n")] = body[strcspn(body, "\n")] = '\0';
                refuse_body(body, head + 3, text);
                cases++;
        }
        assert_true(cases > 100);
        fclose(file);
        free(head);
        free(text);
        free(body);
}

static void small_request_gets_the_defaults(void **state)
{
        struct request request = accept_body("{\"code\": \"a\\u0000b\"}");
        (void)state;

        assert_string_equal(request.language->id, "toy");
        assert_ptr_equal(request.policy, policies_find(catalog.policies, "house"));
        assert_true(request.single);
        assert_int_equal(request.file_count, 1);
        assert_string_equal(request.files[0].name, "main.toy");
        assert_int_equal(request.files[0].size, 3);
        assert_memory_equal(request.files[0].data, "a\0b", 4);
        assert_null(request.input);
        assert_int_equal(request.input_size, 0);
        assert_non_null(request.args);
        assert_null(request.args[0]);
        assert_int_equal(request.timeout_ms, 5000);
        assert_int_equal(request.memory_mib, 128);
        assert_string_equal(request.user_id, "");
        assert_false(request.output_base64);
        request_free(&request);
        request_free(&request); /* twice does no harm */
}

static void language_brings_its_own_defaults(void **state)
{
        struct request request = accept_body("{\"code\": \"a\", \"language\": \"OTHER\"}");
        (void)state;

        assert_string_equal(request.language->id, "other");
        assert_ptr_equal(request.policy, policies_find(catalog.policies, "loose"));
        assert_int_equal(request.timeout_ms, 2000);
        assert_int_equal(request.memory_mib, 64);
        request_free(&request);
        request = accept_body("{\"policy\": \"house\", \"code\": \"a\", \"language\": \"other\"}");
        assert_ptr_equal(request.policy, policies_find(catalog.policies, "house"));
        request_free(&request);
}

static void everything_at_once(void **state)
{
        struct request request =
                accept_body("{\"language\": \"plaything\", \"files\": ["
                            "{\"name\": \"lib/a b.toy\", \"content\": \"one\"},"
                            "{\"name\": \"data.bin\", \"content\": \"AP8B\", \"encoding\": \"base64\"},"
                            "{\"name\": \"r\xc3\xa9sum\xc3\xa9\\\\.toy\", \"content\": \"entry\", "
                            "\"encoding\": \"utf8\"},"
                            "{\"name\": \"...\", \"content\": \"\", \"encoding\": null}],"
                            "\"entry\": \"r\xc3\xa9sum\xc3\xa9\\\\.toy\", \"stdin\": \"i\\u0000n\", "
                            "\"args\": [\"\", \"-x\"],"
                            "\"timeout\": 0.25, \"memoryLimit\": 32, \"userId\": \"u-1\", "
                            "\"outputEncoding\": \"base64\"}");
        (void)state;

        assert_false(request.single);
        assert_int_equal(request.file_count, 4);
        assert_string_equal(request.files[0].name, "r\xc3\xa9sum\xc3\xa9\\.toy");
        assert_memory_equal(request.files[0].data, "entry", 6);
        assert_string_equal(request.files[1].name, "lib/a b.toy");
        assert_string_equal(request.files[2].name, "data.bin");
        assert_int_equal(request.files[2].size, 3);
        assert_memory_equal(request.files[2].data, "\x00\xff\x01", 3);
        assert_int_equal(request.files[3].size, 0);
        assert_int_equal(request.input_size, 3);
        assert_memory_equal(request.input, "i\0n", 3);
        assert_string_equal(request.args[0], "");
        assert_string_equal(request.args[1], "-x");
        assert_null(request.args[2]);
        assert_int_equal(request.timeout_ms, 250);
        assert_int_equal(request.memory_mib, 32);
        assert_string_equal(request.user_id, "u-1");
        assert_true(request.output_base64);
        request_free(&request);
}

/* Every spelling of a limit, and a null that counts as left out. */
static void spellings(void **state)
{
        static const struct {
                const char *field;
                uint32_t timeout_ms, memory_mib;
        } cases[] = {
                {"\"timeout\": 1.5", 1500, 128},
                {"\"timeout\": 30", 30000, 128},
                {"\"timeout\": 0.1", 100, 128},
                {"\"timeout\": 1.0004", 1000, 128},
                {"\"timeout\": 1.0006", 1001, 128},
                {"\"timeLimit\": 2", 2000, 128},
                {"\"time_limit\": 2", 2000, 128},
                {"\"timeoutMs\": 2500", 2500, 128},
                {"\"timeout_ms\": 2500", 2500, 128},
                {"\"memoryLimit\": 64", 5000, 64},
                {"\"memory_limit\": 64.0", 5000, 64},
                {"\"memoryLimitMb\": 512", 5000, 512},
                {"\"memory_limit_mb\": 512", 5000, 512},
                {"\"timeout\": null, \"timeLimit\": 3, \"memoryLimit\": null", 3000, 128},
                {"\"testCases\": null, \"exercise\": null, \"files\": null, \"entry\": null, \"policy\": "
                 "null",
                        5000, 128},
                {"\"language\": null, \"stdin\": null, \"args\": null, \"userId\": null, \"user_id\": null",
                        5000, 128},
        };
        char body[256];
        (void)state;

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct request request;

                snprintf(body, sizeof body, "{\"code\": \"a\", %s}", cases[i].field);
                request = accept_body(body);
                assert_int_equal(request.timeout_ms, cases[i].timeout_ms);
                assert_int_equal(request.memory_mib, cases[i].memory_mib);
                request_free(&request);
        }
}

/* {"FIELD": "xxx..."} of so many x; static storage. */
static const char *long_text(const char *before, size_t count, const char *after)
{
        static char body[1024];
        size_t at = strlen(strcpy(body, before));

        memset(body + at, 'x', count);
        strcpy(body + at + count, after);
        return body;
}

static void sizes_to_the_byte(void **state)
{
        static const char files[] = "{\"files\": [{\"name\": \"b\", \"content\": \"1234567890\"}, {\"name\": "
                                    "\"a\", \"content\": \"";
        struct request request;
        (void)state;

        request = accept_body(long_text("{\"code\": \"", 200, "\"}"));
        request_free(&request);
        refuse_body(long_text("{\"code\": \"", 201, "\"}"), "422 invalid_request code",
                "code must be at most 200 bytes, it has 201");
        request = accept_body(long_text(files, 190, "\"}]}"));
        request_free(&request);
        refuse_body(long_text(files, 191, "\"}]}"), "422 invalid_request files",
                "files must be at most 200 bytes together, they have 201");
        request = accept_body(long_text("{\"code\": \"a\", \"stdin\": \"", 100, "\"}"));
        request_free(&request);
        refuse_body(long_text("{\"code\": \"a\", \"stdin\": \"", 101, "\"}"), "422 invalid_request stdin",
                "stdin must be at most 100 bytes, it has 101");
        request = accept_body(long_text("{\"code\": \"a\", \"userId\": \"", 128, "\"}"));
        assert_int_equal(strlen(request.user_id), 128);
        request_free(&request);
        request = accept_body(long_text("{\"files\": [{\"content\": \"a\", \"name\": \"", 255, "\"}]}"));
        request_free(&request);
        refuse_body(long_text("{\"files\": [{\"content\": \"a\", \"name\": \"", 256, "\"}]}"),
                "422 invalid_request files[0].name", "files[0].name is too long (255 bytes at most)");
}

static void bytes_that_are_no_text(void **state)
{
        (void)state;
        refuse_bytes("", 0, "400 invalid_json -", "the body is empty");
        refuse_bytes("{\"code\": \"\xff\"}", 13, "400 invalid_json -",
                "the body is not valid JSON: line 1, column 10: unable to decode byte 0xff near '\"'");
        refuse_bytes("{\"code\": \"\xc0\x80\"}", 14, "400 invalid_json -",
                "the body is not valid JSON: line 1, column 10: unable to decode byte 0xc0 near '\"'");
        refuse_bytes("{\"code\": \"a\0b\"}", 15, "400 invalid_json -",
                "the body is not valid JSON: line 1, column 11: control character 0x0 near '\"a'");
        refuse_bytes("{\n\"code\":\n\n \"a\" x}", 18, "400 invalid_json -",
                "the body is not valid JSON: line 4, column 6: '}' expected near 'x'");
        refuse_bytes("{\"code\": \"a\"}\0", 14, "400 invalid_json -",
                "the body is not valid JSON: line 1, column 14: end of file expected near end of file");
}

/* Neither the stack, the time nor the memory grows with what a hostile body nests: it is refused at the same
 * place, or before anything is read. */
static void deep_nesting(void **state)
{
        static const char *const opens[] = {"[", "{\"a\":", "{\"code\":[", "[{\"a\":"};
        enum { DEEP = 2049, DEEPER = 200000 };
        char *body = malloc(DEEPER * strlen(opens[2]));
        (void)state;

        assert_non_null(body);
        for (size_t i = 0; i < sizeof opens / sizeof *opens; i++) {
                size_t length = strlen(opens[i]);
                struct request request;
                struct refusal refusal;
                struct error err = {""};

                for (size_t at = 0; at < DEEPER; at++)
                        memcpy(body + at * length, opens[i], length);
                assert_int_equal(request_parse(body, DEEP * length, &catalog, &request, &refusal, &err), 1);
                assert_int_equal(refusal.http_status, 400);
                assert_string_equal(refusal.reason, "invalid_json");
                assert_non_null(strstr(refusal.text, "maximum parsing depth reached"));
                assert_int_equal(request_parse(body, DEEPER * length, &catalog, &request, &refusal, &err), 1);
                assert_int_equal(refusal.http_status, 422);
                assert_non_null(strstr(refusal.text, " values, and may have "));
        }
        free(body);
}

/* A parser makes a hundred times a body's size of values: those that no request can have are not parsed. */
static void too_many_values(void **state)
{
        static const char head[] = "{\"code\": \"a\", \"args\": [", value[] = "{},";
        enum { COUNT = 500000 };
        size_t size = strlen(head) + COUNT * strlen(value) + 1;
        char *body = malloc(size + 1), expected[128];
        const struct limits *limits = &catalog.settings->limits;
        (void)state;

        assert_non_null(body);
        memcpy(body, head, strlen(head));
        for (size_t at = strlen(head); at + 1 < size; at += strlen(value))
                memcpy(body + at, value, strlen(value));
        memcpy(body + size - 2, "]}", 2);
        snprintf(expected, sizeof expected, "the body has %d values, and may have %u", 2 * COUNT + 3,
                4096 + 8 * limits->files + limits->args + limits->test_cases * (16 + limits->args));
        refuse_bytes(body, size, "422 invalid_request -", expected);
        free(body);
}

/* Cut anywhere, a body is refused and nothing else happens. */
static void truncated_anywhere(void **state)
{
        static const char body[] =
                "{\"language\": \"toy\", \"files\": [{\"name\": \"a\", \"content\": "
                "\"\\u00e9\xc3\xa9\", \"encoding\": \"utf8\"}], \"timeout\": 1.5e0, \"args\": "
                "[\"x\"], \"stdin\": null}";
        struct request request = accept_body(body);
        struct refusal refusal;
        struct error err = {""};
        (void)state;

        request_free(&request);
        for (size_t size = 0; size < sizeof body - 1; size++) {
                char *exact = malloc(size + 1); /* so that a sanitizer sees what reads behind it */
                memcpy(exact, body, size);
                exact = realloc(exact, size > 0 ? size : 1);
                assert_int_equal(request_parse(exact, size, &catalog, &request, &refusal, &err), 1);
                assert_int_equal(refusal.http_status, 400);
                free(exact);
        }
}

static void base64_is_strict(void **state)
{
        static const struct {
                const char *text, *bytes;
                long size;
        } cases[] = {
                {"", "", 0},
                {"Zg==", "f", 1},
                {"Zm8=", "fo", 2},
                {"Zm9v", "foo", 3},
                {"Zm9vYg==", "foob", 4},
                {"Zm9vYmFy", "foobar", 6},
                {"+/+/", "\xfb\xff\xbf", 3},
        };
        static const char *const bad[] = {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Zm9v\n", "-_-_",
                "====", "Z===", "Zm=v", " m9v"};
        char out[16];
        (void)state;

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                assert_int_equal(base64_decode(cases[i].text, strlen(cases[i].text), out), cases[i].size);
                assert_memory_equal(out, cases[i].bytes, (size_t)cases[i].size + 1);
                assert_int_equal(base64_size((size_t)cases[i].size), strlen(cases[i].text));
                base64_encode(cases[i].bytes, (size_t)cases[i].size, out);
                assert_memory_equal(out, cases[i].text, strlen(cases[i].text));
        }
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                assert_int_equal(base64_decode(bad[i], strlen(bad[i]), out), -1);
}

static void test_cases(void **state)
{
        struct request request = accept_body(
                "{\"code\": \"a\", \"timeout\": 2, \"compare\": {\"float\": 0.5}, \"stopOnFailure\": "
                "true, \"testCases\": [{\"expected_output\": \"\", \"is_hidden\": null},"
                " {\"name\": \"a \\u20ac\", \"input\": \"\\u0000b\", \"expectedOutput\": \"1\\n\","
                " \"isHidden\": true, \"timeout\": 0.5, \"args\": [\"x\", \"\"]}]}");
        const struct test_case *test = &request.tests->cases[0];
        (void)state;

        assert_ptr_equal(request.tests, request.own_tests);
        assert_int_equal(request.tests->count, 2);
        assert_int_equal(request.tests->compare.mode, COMPARE_FLOAT);
        assert_true(request.tests->compare.epsilon == 0.5);
        assert_true(request.stop_on_failure);
        assert_true(!test->name && !test->input && !test->args && !test->hidden && !test->timeout_ms);
        assert_int_equal(test->expected_size, 0);
        test++;
        assert_string_equal(test->name, "a \xe2\x82\xac");
        assert_int_equal(test->input_size, 2);
        assert_memory_equal(test->input, "\0b", 2);
        assert_int_equal(test->expected_size, 2);
        assert_memory_equal(test->expected, "1\n", 2);
        assert_true(test->hidden);
        assert_int_equal(test->timeout_ms, 500);
        assert_string_equal(test->args[0], "x");
        assert_string_equal(test->args[1], "");
        assert_null(test->args[2]);
        request_free(&request);
}

static void no_test_cases(void **state)
{
        static const char *const bodies[] = {"{\"code\": \"a\"}", "{\"code\": \"a\", \"testCases\": []}",
                "{\"code\": \"a\", \"test_cases\": null, \"compare\": \"exact\"}"};
        (void)state;

        for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
                struct request request = accept_body(bodies[i]);

                assert_null(request.tests);
                assert_false(request.stop_on_failure);
                request_free(&request);
        }
}

/* The modes by name; compare may stand before and behind the test cases. */
static void modes(void **state)
{
        static const struct {
                const char *name;
                enum compare_mode mode;
        } names[] = {{"\"lines\"", COMPARE_LINES}, {"\"exact\"", COMPARE_EXACT},
                {"\"tokens\"", COMPARE_TOKENS}, {"{\"float\": 0}", COMPARE_FLOAT}, {"null", COMPARE_LINES}};
        (void)state;

        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                char body[160];
                struct request request;

                snprintf(body, sizeof body,
                        "{\"code\": \"a\", \"testCases\": [{\"expectedOutput\": \"\"}], \"compare\": %s}",
                        names[i].name);
                request = accept_body(body);
                assert_int_equal(request.tests->compare.mode, names[i].mode);
                request_free(&request);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(refused_requests),
                cmocka_unit_test(small_request_gets_the_defaults),
                cmocka_unit_test(language_brings_its_own_defaults),
                cmocka_unit_test(everything_at_once),
                cmocka_unit_test(spellings),
                cmocka_unit_test(sizes_to_the_byte),
                cmocka_unit_test(bytes_that_are_no_text),
                cmocka_unit_test(deep_nesting),
                cmocka_unit_test(too_many_values),
                cmocka_unit_test(truncated_anywhere),
                cmocka_unit_test(base64_is_strict),
                cmocka_unit_test(test_cases),
                cmocka_unit_test(no_test_cases),
                cmocka_unit_test(modes),
        };
        return cmocka_run_group_tests(tests, catalog_open_all, catalog_close_all);
}
