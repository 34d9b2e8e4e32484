/* Taking a fuzzer's bytes apart, and putting them where a file or a peer is expected. */
#ifndef SANDPOOL_FUZZ_INPUT_H
#define SANDPOOL_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

/* What libFuzzer calls; defined by every fuzzer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
        const uint8_t *at;
        size_t left;
};

/* The next byte, 0 at the end; and the next size bytes at most, *got how many. */
uint8_t input_byte(struct input *input);
const uint8_t *input_take(struct input *input, size_t size, size_t *got);

/* The bytes up to the next separator line "\n--\n", which is skipped, or to the end. */
const uint8_t *input_part(struct input *input, size_t *size);

/* A file in memory that holds the bytes; its path, under /proc, into path. The caller closes it. */
int input_file(const void *bytes, size_t size, char path[64]);

/* End the program: what the fuzzer itself needs cannot be had. */
_Noreturn void input_broken(const char *what);

/* Nothing below an error is logged, and that nowhere. Once. */
void input_quiet(void);

#endif
