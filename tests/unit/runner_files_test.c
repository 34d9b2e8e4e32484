/* The names and places of a job's files, and the removal of everything. */
#include "images/runner/files.h"
#include "images/runner/identity.h"
#include "images/runner/protocol.h"
#include "images/runner/remove.h"
#include "images/runner/ticks.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static bool valid(const char *name)
{
        return files_name_valid(name, strlen(name));
}

static void test_names(void **state)
{
        static const char *const good[] = {
                "a", "main.py", "a/b/c.h", "...", "..a", "a..", ".hidden", "-rf", "ä ö", "a b"};
        static const char *const bad[] = {"", "/", "/etc/passwd", "a/", "a//b", ".", "..", "./a", "a/.",
                "a/../b", "../a", "a/..", "a\nb", "a\tb", "\x7f", "a\x1b[0m"};
        char longest[PROTOCOL_PATH_MAX + 2];
        (void)state;
        for (size_t i = 0; i < sizeof good / sizeof *good; i++)
                assert_true(valid(good[i]));
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                assert_false(valid(bad[i]));
        assert_false(files_name_valid("a\0b", 3));
        memset(longest, 'x', sizeof longest);
        assert_true(files_name_valid(longest, PROTOCOL_PATH_MAX));
        assert_false(files_name_valid(longest, PROTOCOL_PATH_MAX + 1));
}

static char folder[32];

/* Never by chance: this process may not get a processor for seconds. */
static int64_t far(void)
{
        return ticks_us() + 60 * 1000000;
}

static int make_folder(void **state)
{
        (void)state;
        strcpy(folder, "/tmp/files-XXXXXX");
        umask(0);
        identity_begin(1 << 30);
        return mkdtemp(folder) && !chmod(folder, 01777) ? 0 : -1;
}

static int remove_folder(void **state)
{
        (void)state;
        return rmdir(folder);
}

static const char *in_folder(const char *name)
{
        static char path[400];
        snprintf(path, sizeof path, "%s/%s", folder, name);
        return path;
}

static void expect_mode(const char *name, mode_t mode, uid_t uid)
{
        struct stat found;
        assert_int_equal(lstat(in_folder(name), &found), 0);
        assert_int_equal(found.st_mode, mode);
        assert_int_equal(found.st_uid, uid);
}

static void test_create(void **state)
{
        (void)state;
        if (geteuid())
                skip();
        int fd = files_create(folder, "a/b/data", false, 70001);
        assert_true(fd >= 0);
        close(fd);
        expect_mode("a", S_IFDIR | 0755, 70001);
        expect_mode("a/b/data", S_IFREG | 0644, 70001);
        fd = files_create(folder, "a/tool", true, 70001);
        assert_true(fd >= 0);
        close(fd);
        expect_mode("a/tool", S_IFREG | 0755, 70001);
        assert_int_equal(files_create(folder, "a/tool", false, 70001), -1);
        assert_int_equal(errno, EEXIST);
        /* Neither through a link, nor into what another uid has. */
        assert_int_equal(symlink("/tmp", in_folder("link")), 0);
        assert_int_equal(files_create(folder, "link/x", false, 70001), -1);
        assert_int_equal(files_create(folder, "link", false, 70001), -1);
        assert_int_equal(files_create(folder, "a/foreign", false, 70002), -1);
        assert_int_equal(files_make_private(in_folder("private"), 70001), 0);
        expect_mode("private", S_IFDIR | 0700, 70001);
        assert_int_equal(files_make_private(in_folder("private"), 70002), -1);
        assert_int_equal(errno, EEXIST);
        assert_int_equal(geteuid(), 0);
        assert_int_equal(remove_contents(folder, NULL, 0, far()), 0);
}

/* As root with all rights here; that it works with ownership alone, tests/attacks shows. */
static void test_remove_by_owner(void **state)
{
        static const uid_t uids[] = {70001, 70002};
        (void)state;
        if (geteuid())
                skip();
        close(files_create(folder, "mine/a/b/c", false, 70001));
        close(files_create(folder, "other", false, 70002));
        close(files_create(folder, "kept/x", false, 70003));
        assert_int_equal(chmod(in_folder("mine/a"), 0), 0);
        assert_int_equal(remove_contents(folder, uids, 2, far()), 0);
        assert_int_equal(access(in_folder("mine"), F_OK), -1);
        assert_int_equal(access(in_folder("other"), F_OK), -1);
        assert_int_equal(access(in_folder("kept/x"), F_OK), 0);
        assert_int_equal(remove_contents(folder, NULL, 0, far()), 0);
        assert_int_equal(access(in_folder("kept"), F_OK), -1);
}

static void test_remove_deadline_and_missing(void **state)
{
        (void)state;
        if (geteuid())
                skip();
        assert_int_equal(remove_contents("/no/such/place", NULL, 0, 0), 0);
        close(files_create(folder, "x", false, 70001));
        assert_int_equal(remove_contents(folder, NULL, 0, ticks_us() - 1), -1);
        assert_int_equal(errno, ETIME);
        assert_int_equal(remove_contents(folder, NULL, 0, far()), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names),
                cmocka_unit_test_setup_teardown(test_create, make_folder, remove_folder),
                cmocka_unit_test_setup_teardown(test_remove_by_owner, make_folder, remove_folder),
                cmocka_unit_test_setup_teardown(test_remove_deadline_and_missing, make_folder, remove_folder),
        };
        return cmocka_run_group_tests_name("runner_files", tests, NULL, NULL);
}
