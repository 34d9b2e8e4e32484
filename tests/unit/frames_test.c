/* The host's reading side of an attached stream, fed whole, byte by byte and with garbage. */
#include "fcgi/sandbox/frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct bytes {
        uint8_t data[300000];
        size_t size;
};

static void add(struct bytes *bytes, const void *data, size_t size)
{
        assert_true(bytes->size + size <= sizeof bytes->data);
        memcpy(bytes->data + bytes->size, data, size);
        bytes->size += size;
}

static void add_frame(struct bytes *bytes, uint8_t type, const void *data, size_t size)
{
        uint8_t header[PROTOCOL_HEADER_SIZE];
        protocol_put_header(header, type, (uint32_t)size);
        add(bytes, header, sizeof header);
        add(bytes, data, size);
}

/* Wrap the runner's bytes as the daemon does, in pieces of the given size. */
static void wrap(const struct bytes *plain, struct bytes *out, uint8_t stream, size_t piece)
{
        for (size_t at = 0; at < plain->size; at += piece) {
                size_t size = plain->size - at < piece ? plain->size - at : piece;
                uint8_t header[8] = {stream, 0, 0, 0, (uint8_t)(size >> 24), (uint8_t)(size >> 16),
                        (uint8_t)(size >> 8), (uint8_t)size};
                add(out, header, sizeof header);
                add(out, plain->data + at, size);
        }
}

static struct bytes plain, wire;

static int setup(void **state)
{
        plain.size = wire.size = 0;
        *state = frames_new();
        return *state ? 0 : -1;
}

static int teardown(void **state)
{
        frames_free(*state);
        return 0;
}

static void two_frames_byte_by_byte(void **state)
{
        struct frame frame;
        int got = 0;
        add_frame(&plain, FRAME_STDOUT, "hello", 5);
        add_frame(&plain, FRAME_STDERR, "", 0);
        wrap(&plain, &wire, 1, 3);
        for (size_t i = 0; i < wire.size; i++) {
                assert_int_equal(frames_feed(*state, wire.data + i, 1), 0);
                while (frames_next(*state, &frame) == 1) {
                        assert_int_equal(frame.type, got ? FRAME_STDERR : FRAME_STDOUT);
                        assert_int_equal(frame.size, got ? 0 : 5);
                        if (!got)
                                assert_memory_equal(frame.data, "hello", 5);
                        got++;
                }
        }
        assert_int_equal(got, 2);
        assert_true(frames_empty(*state));
}

static void stderr_of_the_container_is_dropped(void **state)
{
        struct frame frame;
        struct bytes noise = {.size = 0};
        add(&noise, "panic: forged", 13);
        wrap(&noise, &wire, 2, 5);
        add_frame(&plain, FRAME_PONG, "", 0);
        wrap(&plain, &wire, 1, 100);
        assert_int_equal(frames_feed(*state, wire.data, wire.size), 0);
        assert_int_equal(frames_next(*state, &frame), 1);
        assert_int_equal(frame.type, FRAME_PONG);
}

static void wrong_docker_stream_is_refused(void **state)
{
        static const uint8_t streams[][8] = {{0}, {3}, {1, 1}, {1, 0, 0, 9}, {255, 255, 255, 255}};
        for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
                frames_clear(*state);
                assert_int_equal(frames_feed(*state, streams[i], 8), -1);
        }
}

static void a_length_over_the_maximum_is_refused(void **state)
{
        struct frame frame;
        uint8_t header[8];
        protocol_put_header(header, FRAME_STDOUT, PROTOCOL_PAYLOAD_MAX + 1);
        add(&plain, header, 8);
        wrap(&plain, &wire, 1, 8);
        assert_int_equal(frames_feed(*state, wire.data, wire.size), 0);
        assert_int_equal(frames_next(*state, &frame), -1);
}

static void a_frame_of_the_host_is_refused(void **state)
{
        struct frame frame;
        add_frame(&plain, FRAME_RESET, "0123456789abcdef", 16);
        wrap(&plain, &wire, 1, 64);
        assert_int_equal(frames_feed(*state, wire.data, wire.size), 0);
        assert_int_equal(frames_next(*state, &frame), -1);
}

static void unfetched_bytes_are_bounded(void **state)
{
        static uint8_t header[8] = {1, 0, 0, 0, 0x40};
        static uint8_t bytes[PROTOCOL_PAYLOAD_MAX];
        assert_int_equal(frames_feed(*state, header, sizeof header), 0);
        for (int i = 0; i < 4; i++)
                assert_int_equal(frames_feed(*state, bytes, sizeof bytes), 0);
        assert_int_equal(frames_feed(*state, bytes, 1), -1);
}

static void ready_is_found_behind_garbage(void **state)
{
        static const uint8_t token[PROTOCOL_TOKEN_SIZE] = "the right token";
        struct protocol_ready ready = {.version = 7, .missing = 5}, found = {0};
        uint8_t payload[PROTOCOL_READY_SIZE];
        /* An old answer, with another token, a frame that was cut off, and then the right one. */
        memcpy(ready.token, "the wrong token", PROTOCOL_TOKEN_SIZE);
        protocol_put_ready(payload, &ready);
        add_frame(&plain, FRAME_READY, payload, sizeof payload);
        add(&plain, "\x00\x10\x00\x00\x42 cut", 9);
        memcpy(ready.token, token, PROTOCOL_TOKEN_SIZE);
        protocol_put_ready(payload, &ready);
        add_frame(&plain, FRAME_READY, payload, sizeof payload);
        add_frame(&plain, FRAME_PONG, "", 0);
        wrap(&plain, &wire, 1, 11);
        int got = 0;
        for (size_t i = 0; i < wire.size; i++) {
                assert_int_equal(frames_feed(*state, wire.data + i, 1), 0);
                if (!got)
                        got = frames_find_ready(*state, token, &found);
        }
        struct frame frame;
        assert_int_equal(got, 1);
        assert_int_equal(found.version, 7);
        assert_int_equal(found.missing, 5);
        assert_int_equal(frames_next(*state, &frame), 1);
        assert_int_equal(frame.type, FRAME_PONG);
}

static void looking_for_ready_keeps_nothing_else(void **state)
{
        static const uint8_t token[PROTOCOL_TOKEN_SIZE] = "never comes";
        static uint8_t header[8] = {1, 0, 0, 0, 0x40};
        static uint8_t bytes[PROTOCOL_PAYLOAD_MAX];
        struct protocol_ready ready;
        assert_int_equal(frames_feed(*state, header, sizeof header), 0);
        for (int i = 0; i < 100; i++) {
                assert_int_equal(frames_feed(*state, bytes, sizeof bytes), 0);
                assert_int_equal(frames_find_ready(*state, token, &ready), 0);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(two_frames_byte_by_byte, setup, teardown),
                cmocka_unit_test_setup_teardown(stderr_of_the_container_is_dropped, setup, teardown),
                cmocka_unit_test_setup_teardown(wrong_docker_stream_is_refused, setup, teardown),
                cmocka_unit_test_setup_teardown(a_length_over_the_maximum_is_refused, setup, teardown),
                cmocka_unit_test_setup_teardown(a_frame_of_the_host_is_refused, setup, teardown),
                cmocka_unit_test_setup_teardown(unfetched_bytes_are_bounded, setup, teardown),
                cmocka_unit_test_setup_teardown(ready_is_found_behind_garbage, setup, teardown),
                cmocka_unit_test_setup_teardown(looking_for_ready_keeps_nothing_else, setup, teardown),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
