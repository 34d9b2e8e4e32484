/* The runner's reading side: frames come whole and in order, in whatever pieces they arrive. */
#include "images/runner/incoming.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char said[] = "10:hello 4: 5:? ";
static char heard[64];

static void note(uint8_t type, const uint8_t *payload, size_t size)
{
        size_t used = strlen(heard);
        snprintf(heard + used, sizeof heard - used, "%u:%.*s ", type, (int)size, (const char *)payload);
}

static size_t put(uint8_t *at, uint8_t type, const char *payload)
{
        protocol_put_header(at, type, (uint32_t)strlen(payload));
        memcpy(at + PROTOCOL_HEADER_SIZE, payload, strlen(payload));
        return PROTOCOL_HEADER_SIZE + strlen(payload);
}

static void test_pieces(void **state)
{
        static struct incoming incoming;
        uint8_t bytes[64];
        size_t size = put(bytes, 10, "hello");
        (void)state;
        size += put(bytes + size, 4, "");
        size += put(bytes + size, 5, "?");
        for (size_t piece = 1; piece <= size; piece++) {
                *heard = '\0';
                for (size_t at = 0; at < size; at += piece) {
                        size_t room, part = size - at < piece ? size - at : piece;
                        uint8_t *to = incoming_reserve(&incoming, &room);
                        assert_true(room >= part);
                        memcpy(to, bytes + at, part);
                        incoming_commit(&incoming, part, note);
                }
                assert_string_equal(heard, said);
                assert_int_equal(incoming.filled, 0);
        }
}

static size_t largest;

static void measure(uint8_t type, const uint8_t *payload, size_t size)
{
        (void)type;
        (void)payload;
        largest = size;
}

/* There is always room for the rest of the largest frame. */
static void test_room(void **state)
{
        static struct incoming incoming;
        size_t room;
        (void)state;
        protocol_put_header(incoming_reserve(&incoming, &room), 1, PROTOCOL_PAYLOAD_MAX);
        incoming_commit(&incoming, PROTOCOL_HEADER_SIZE, measure);
        incoming_reserve(&incoming, &room);
        assert_int_equal(room, PROTOCOL_PAYLOAD_MAX);
        incoming_commit(&incoming, room - 1, measure);
        incoming_reserve(&incoming, &room);
        assert_int_equal(room, 1);
        assert_int_equal(largest, 0);
        incoming_commit(&incoming, 1, measure);
        assert_int_equal(largest, PROTOCOL_PAYLOAD_MAX);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_pieces),
                cmocka_unit_test(test_room),
        };
        return cmocka_run_group_tests_name("runner_incoming", tests, NULL, NULL);
}
