/* A language out of nothing, "toy", that comes to the fixture and goes: a shell whose echo, say, is loud.
 * What goes wrong fails the test. */
#ifndef SANDPOOL_TEST_TOY_LANGUAGE_H
#define SANDPOOL_TEST_TOY_LANGUAGE_H

/* Make its image, which says the suffix behind everything, so that two can be told apart. */
void toy_language_build(const char *suffix);

/* Write its YAML, with what its sample (say hello) is expected to print. */
void toy_language_write(const char *expected);

/* The id of the image that is its own now. The caller's. */
char *toy_language_image(void);

/* Remove its YAML. */
void toy_language_remove(void);

/* Remove its image, if there is one. */
void toy_language_clear(void);

#endif
