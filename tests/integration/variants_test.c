/* The developer tools of the images that `make images VARIANT=full` builds: each answers inside a hardened
 * sandbox. A language whose image is not there is skipped, and the test says so. */
#include "tests/integration/fixture.h"
#include "tests/integration/spawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VARIANT "full"
#define TOOLS_MAX 4

/* A language's tools, and a program in it that runs the tool %s with --version and prints what that says. */
static const struct tools {
        const char *language, *program, *names[TOOLS_MAX + 1];
} all_tools[] = {
        {"python", "import subprocess\nsubprocess.run(['%s', '--version'], check=True)\n",
                {"black", "flake8", "mypy", "pytest"}},
        {"javascript", "require('child_process').execFileSync('%s', ['--version'], {stdio: 'inherit'});\n",
                {"eslint", "jest", "nodemon", "prettier"}},
        {"java",
                "public class Main {\n"
                "    public static void main(String[] args) throws Exception {\n"
                "        System.exit(new ProcessBuilder(\"%s\", "
                "\"--version\").inheritIO().start().waitFor());\n"
                "    }\n"
                "}\n",
                {"mvn"}},
        {"ruby", "exit system('%s', '--version')\n", {"rspec", "rubocop"}},
        {"php", "<?php\npassthru('%s --version', $status);\nexit($status);\n", {"composer"}},
};

static int start(void **state)
{
        struct service_options options = {
                .pool_max = 4, .all_languages = true, .queue_timeout_s = 50, .variant = VARIANT};
        (void)state;
        return fixture_start(&options);
}

static bool is_built(const char *language)
{
        struct error err = {0};
        char image[100];
        snprintf(image, sizeof image, "sandpool/%s:" VARIANT, language);
        char *said = spawn_text(&err, "docker", "image", "inspect", "-f", "there", image, NULL);
        bool built = said && !strcmp(said, "there");
        free(said);
        return built;
}

static void answers(const struct tools *tools, const char *name)
{
        char code[512];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(code, sizeof code, tools->program, name);
#pragma GCC diagnostic pop
        json_t *answer = fixture_run(tools->language, code, "\"timeout\": 30, \"memoryLimit\": 512");
        assert_non_null(answer);
        const char *output = fixture_text(answer, "output");
        if (strcmp(fixture_text(answer, "status"), "success") || !output[strcspn(output, "0123456789")])
                fail_msg("%s of %s: %s, %s", name, tools->language, output, fixture_text(answer, "stderr"));
        json_decref(answer);
}

static void tools_answer(void **state)
{
        const struct tools *tools = *state;
        if (!is_built(tools->language)) {
                print_message("sandpool/%s:" VARIANT " is not there: make images VARIANT=" VARIANT "\n",
                        tools->language);
                skip();
        }
        for (const char *const *name = tools->names; *name; name++)
                answers(tools, *name);
}

int main(void)
{
        struct CMUnitTest tests[sizeof all_tools / sizeof *all_tools];
        for (size_t i = 0; i < sizeof all_tools / sizeof *all_tools; i++)
                tests[i] = (struct CMUnitTest){.name = all_tools[i].language,
                        .test_func = tools_answer,
                        .initial_state = (void *)&all_tools[i]};
        return cmocka_run_group_tests(tests, start, fixture_stop);
}
