/* FastCGI records, written to one end of a socket and read at the other. */
#include "fcgi/service/record.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#define MUCH 200000

static struct record_link here, there;
static char much[MUCH];

static int connect_both(void **state)
{
        int ends[2];
        struct timeval silence = {.tv_usec = 200000};
        (void)state;
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) ||
                setsockopt(ends[1], SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence))
                return -1;
        here = (struct record_link){.fd = ends[0]};
        there = (struct record_link){.fd = ends[1]};
        for (size_t i = 0; i < MUCH; i++)
                much[i] = (char)(i * 7 + i / 256);
        return 0;
}

static int close_both(void **state)
{
        (void)state;
        close(here.fd);
        close(there.fd);
        return 0;
}

static void small_ones_go_together(void **state)
{
        char bytes[16];
        (void)state;
        assert_int_equal(record_write(&here, RECORD_STDOUT, 258, "abc", 3), 0);
        assert_int_equal(record_write_end(&here, RECORD_STDOUT, 258), 0);
        assert_int_equal(recv(there.fd, bytes, 1, MSG_PEEK | MSG_DONTWAIT), -1);
        assert_int_equal(record_flush(&here), 0);
        assert_int_equal(record_next(&there), 0);
        assert_int_equal(there.type, RECORD_STDOUT);
        assert_int_equal(there.id, 258);
        assert_int_equal(there.left, 3);
        assert_int_equal(record_read(&there, bytes, sizeof bytes), 3);
        assert_memory_equal(bytes, "abc", 3);
        assert_int_equal(record_next(&there), 0);
        assert_int_equal(there.left, 0);
}

static void *write_much(void *unused)
{
        (void)unused;
        record_write(&here, RECORD_STDOUT, 1, much, MUCH);
        record_write_end(&here, RECORD_STDOUT, 1);
        record_flush(&here);
        return NULL;
}

static void much_goes_in_many(void **state)
{
        static char got[MUCH];
        pthread_t writer;
        size_t size = 0, records = 0;
        (void)state;
        assert_int_equal(pthread_create(&writer, NULL, write_much, NULL), 0);
        for (;;) {
                assert_int_equal(record_next(&there), 0);
                if (!there.left)
                        break;
                records++;
                while (there.left)
                        size += record_read(&there, got + size, size % 3 ? 10000 : 100);
        }
        pthread_join(writer, NULL);
        assert_int_equal(size, MUCH);
        assert_memory_equal(got, much, MUCH);
        assert_int_equal(records, 4);
}

/* What is not read of a record is skipped, with its padding. */
static void the_rest_is_skipped(void **state)
{
        static const char bytes[] = "\1\5\0\1\0\5\3\0hello...\1\5\0\1\0\1\0\0x";
        char byte;
        (void)state;
        assert_int_equal(send(here.fd, bytes, sizeof bytes - 1, 0), sizeof bytes - 1);
        assert_int_equal(record_next(&there), 0);
        assert_int_equal(record_read(&there, &byte, 1), 1);
        assert_int_equal(byte, 'h');
        assert_int_equal(record_next(&there), 0);
        assert_int_equal(record_read(&there, &byte, 1), 1);
        assert_int_equal(byte, 'x');
}

static void nothing_comes_after_an_end(void **state)
{
        static const char *const endings[] = {"\2\5\0\1\0\0\0\0", "\1\5\0\1\0\5\0\0he", "\1\5"};
        (void)state;
        for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
                char bytes[8];
                size_t size = i == 0 ? 8 : i == 1 ? 10 : 2;
                assert_int_equal(connect_both(NULL), 0);
                assert_int_equal(send(here.fd, endings[i], size, 0), size);
                if (!record_next(&there))
                        assert_int_equal(record_read(&there, bytes, sizeof bytes), 2); /* then silence */
                assert_true(there.ended);
                assert_int_equal(record_next(&there), -1);
                /* An answer can be sent nevertheless. */
                assert_int_equal(record_write(&there, RECORD_STDOUT, 1, "no", 2), 0);
                assert_int_equal(record_flush(&there), 0);
                close_both(NULL);
        }
}

static void nobody_takes_it(void **state)
{
        (void)state;
        close(there.fd);
        there.fd = -1;
        assert_int_equal(record_write(&here, RECORD_STDOUT, 1, much, MUCH), -1);
        assert_true(here.broken);
        assert_int_equal(record_flush(&here), -1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(small_ones_go_together, connect_both, close_both),
                cmocka_unit_test_setup_teardown(much_goes_in_many, connect_both, close_both),
                cmocka_unit_test_setup_teardown(the_rest_is_skipped, connect_both, close_both),
                cmocka_unit_test(nothing_comes_after_an_end),
                cmocka_unit_test_setup_teardown(nobody_takes_it, connect_both, close_both),
        };
        return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
