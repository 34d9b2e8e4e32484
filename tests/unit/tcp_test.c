/* TCP addresses of the configuration. */
#include "fcgi/base/io.h"
#include "fcgi/base/tcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>

static void test_good_addresses(void **state)
{
        struct tcp_address address;
        struct error err = {0};
        (void)state;
        assert_int_equal(tcp_address_parse("192.0.2.1:9000", &address, &err), 0);
        assert_int_equal(address.address.ss_family, AF_INET);
        assert_int_equal(ntohs(((struct sockaddr_in *)&address.address)->sin_port), 9000);
        assert_int_equal(tcp_address_parse("[2001:db8::1]:65535", &address, &err), 0);
        assert_int_equal(address.address.ss_family, AF_INET6);
        assert_int_equal(ntohs(((struct sockaddr_in6 *)&address.address)->sin6_port), 65535);
        assert_int_equal(tcp_address_parse("[::ffff:192.0.2.1]:9000", &address, &err), 0);
        assert_string_equal(err.text, "");
}

static void test_bad_addresses(void **state)
{
        static const char *const bad[] = {"", ":", "9000", ":9000", "192.0.2.1", "192.0.2.1:", "192.0.2.1:0",
                "192.0.2.1:65536", "192.0.2.1:9x", "192.0.2.1:-1", "192.0.2.1:123456", "localhost:9000",
                "0.0.0.0:9000", "[::]:9000", "[::ffff:0.0.0.0]:9000", "2001:db8::1:9000", "[192.0.2.1:9000",
                "[]:9000", "[2001:db8::1]9000",
                "[2001:db8:1111:2222:3333:4444:5555:6666:7777:8888:9999]:9000"};
        (void)state;
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                struct tcp_address address;
                struct error err = {0};
                if (!tcp_address_parse(bad[i], &address, &err))
                        fail_msg("'%s' was taken", bad[i]);
                assert_non_null(strstr(err.text, "10.0.0.1:9000"));
        }
}

static void test_listen(void **state)
{
        struct tcp_address address;
        struct sockaddr_in name;
        socklen_t size = sizeof name;
        struct error err = {0};
        (void)state;
        assert_int_equal(tcp_address_parse("127.0.0.1:1", &address, &err), 0);
        ((struct sockaddr_in *)&address.address)->sin_port = 0; /* whatever is free */
        int fd = tcp_listen(&address, 0, 4, &err);
        assert_true(fd >= 0);
        assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &size), 0);
        assert_int_equal(name.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
        /* Taken; and a port that does not exist. */
        ((struct sockaddr_in *)&address.address)->sin_port = name.sin_port;
        assert_int_equal(tcp_listen(&address, 0, 4, &err), -1);
        assert_non_null(strstr(err.text, "in use"));
        ((struct sockaddr_in *)&address.address)->sin_port = htons(65535);
        assert_int_equal(tcp_listen(&address, 1, 4, &(struct error){0}), -1);
        io_close(&fd);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_good_addresses),
                cmocka_unit_test(test_bad_addresses),
                cmocka_unit_test(test_listen),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
