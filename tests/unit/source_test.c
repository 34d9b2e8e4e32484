/* Configuration read once and read again out of its bundle: the same bytes, whatever became of the files. */
#include "fcgi/model/seccomp_profile.h"
#include "fcgi/model/source.h"
#include "fcgi/model/yaml_tree.h"
#include "tests/unit/model_files.h"

#include <unistd.h>

static void in_folder(const char *script)
{
        char command[256];
        snprintf(command, sizeof command, "cd %s && %s", folder, script);
        assert_int_equal(system(command), 0);
}

/* A copy of the tests' configuration, read and noted down. Returns the bundle. */
static int bundle_of_copy(char path[128])
{
        struct error err = {""};
        char command[256];
        snprintf(command, sizeof command, "cp -r " CONF "/. %s", folder);
        assert_int_equal(system(command), 0);
        snprintf(path, 128, "%s/sandpool.yaml", folder);
        source_record();
        struct catalog copy = catalog_open(path);
        int fd = source_bundle(&err);
        assert_string_equal(err.text, "");
        catalog_close(&copy);
        return fd;
}

static void a_bundle_says_what_the_files_said(void **state)
{
        struct error err = {""};
        char path[128];
        (void)state;
        int fd = bundle_of_copy(path);
        struct catalog disk = catalog_open(path);
        in_folder("rm -r *");
        assert_int_equal(source_use(fd, &err), 0);
        struct catalog bundle = catalog_open(path);
        source_disk();
        assert_string_equal(bundle.settings->path, disk.settings->path);
        assert_int_equal(bundle.registry->count, disk.registry->count);
        assert_true(disk.registry->count > 0);
        for (size_t i = 0; i < disk.registry->count; i++) {
                char *a = language_image_config(&disk.registry->languages[i], disk.settings);
                char *b = language_image_config(&bundle.registry->languages[i], bundle.settings);
                assert_string_equal(a, b);
                free(a);
                free(b);
        }
        catalog_close(&disk);
        catalog_close(&bundle);
        assert_null(settings_load(path, &err)); /* the disk again */
        assert_non_null(strstr(err.text, "No such file"));
        close(fd);
}

static void what_was_not_read_is_not_there(void **state)
{
        struct error err = {""};
        char path[128], *data = NULL;
        (void)state;
        int fd = bundle_of_copy(path);
        file_text("languages/late.yaml", "id: late\n");
        assert_int_equal(source_use(fd, &err), 0);
        snprintf(path, sizeof path, "%s/languages/late.yaml", folder);
        assert_int_equal(source_read(path, 100, &data, &err), -1);
        assert_non_null(strstr(err.text, "late.yaml: it was not there"));
        source_disk();
        close(fd);
}

static void a_bundle_cannot_be_changed(void **state)
{
        char path[128];
        (void)state;
        int fd = bundle_of_copy(path);
        assert_int_equal(pwrite(fd, "x", 1, 0), -1);
        assert_int_equal(ftruncate(fd, 0), -1);
        close(fd);
}

/* Cut anywhere, a bundle is read up to the cut and never beyond. */
static void a_cut_bundle_ends_there(void **state)
{
        struct error err = {""};
        char path[128], bytes[4096];
        (void)state;
        int fd = bundle_of_copy(path);
        ssize_t size = pread(fd, bytes, sizeof bytes, 0);
        close(fd);
        for (ssize_t length = 0; length < size; length += 7) {
                char *data = NULL;
                FILE *file = fopen(file_write("cut", bytes, (size_t)length), "r");
                assert_non_null(file);
                assert_int_equal(source_use(fileno(file), &err), 0);
                ssize_t got = source_read(path, 1 << 20, &data, NULL);
                assert_true(got == -1 || got < length);
                free(data);
                fclose(file);
        }
        source_disk();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        a_bundle_says_what_the_files_said, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(what_was_not_read_is_not_there, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(a_bundle_cannot_be_changed, folder_make, folder_remove),
                cmocka_unit_test_setup_teardown(a_cut_bundle_ends_there, folder_make, folder_remove),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
