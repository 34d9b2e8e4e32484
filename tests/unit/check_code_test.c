/* check-code: what it prints, and its exit status. */
#include "tests/unit/model_files.h"

#include "fcgi/base/io.h"
#include "fcgi/service/commands.h"

#include <fcntl.h>
#include <unistd.h>

/* Run it with standard output and error in a file; returns the exit status, and what was printed in text. */
static int run(const char *language, const char *policy, char *const *files, char *text, size_t size)
{
        struct check_code_options options = {
                .config_path = "conf/sandpool.yaml", .language = language, .policy = policy, .files = files};
        char path[128], *printed = NULL;
        int out = dup(1), errors = dup(2), file, status;
        ssize_t length;

        snprintf(path, sizeof path, "%s/printed", folder);
        file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        assert_true(out >= 0 && errors >= 0 && file >= 0);
        fflush(stdout);
        dup2(file, 1);
        dup2(file, 2);
        status = command_check_code(&options);
        fflush(stdout);
        dup2(out, 1);
        dup2(errors, 2);
        close(out);
        close(errors);
        close(file);
        length = io_read_file(path, 1 << 16, &printed, NULL);
        assert_true(length >= 0);
        snprintf(text, size, "%.*s", (int)length, length > 0 ? printed : "");
        free(printed);
        return status;
}

static void prints_like_a_compiler(void **state)
{
        char blocked[128], fine[128], text[4096], expected[4096];
        char *files[] = {fine, blocked, NULL}, *one[] = {fine, NULL};
        (void)state;

        strcpy(blocked,
                file_text("blocked.py", "import math\n\nx = eval(input())\npassword = 'hunter2hunter2'\n"));
        strcpy(fine, file_text("fine.py", "print('import os')\n"));
        assert_int_equal(run("python", NULL, one, text, sizeof text), 0);
        assert_string_equal(text, "");
        assert_int_equal(run("py", "strict", files, text, sizeof text), 1);
        snprintf(expected, sizeof expected,
                "%s:3:5: error: Code made at run time is not allowed here: call a function, or use int(), "
                "float() or "
                "json.loads() on input. [python-eval]\n"
                "%s:4:1: warning: This looks like a password in the code: read it from standard input "
                "instead, so "
                "that nobody sees it here. [secret-password]\n",
                blocked, blocked);
        assert_string_equal(text, expected);
        assert_int_equal(run("python", "off", files, text, sizeof text), 0);
        assert_string_equal(text, "");
}

static void what_is_not_there_is_2(void **state)
{
        char fine[128], text[1024];
        char *files[] = {fine, NULL}, *none[] = {"/nonexistent/x.py", NULL};
        (void)state;

        strcpy(fine, file_text("fine.py", "print(1)\n"));
        assert_int_equal(run("klingon", NULL, files, text, sizeof text), 2);
        assert_string_equal(text, "sandpool: there is no language klingon\n");
        assert_int_equal(run("python", "lax", files, text, sizeof text), 2);
        assert_string_equal(text, "sandpool: there is no policy lax\n");
        assert_int_equal(run("python", NULL, none, text, sizeof text), 2);
        assert_string_equal(text, "sandpool: /nonexistent/x.py: No such file or directory\n");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(prints_like_a_compiler, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(what_is_not_there_is_2, folder_make, folder_remove),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
