/* Compares what a program wrote with what it should have written, and says the first difference in words.
 *
 * Blanks are space, tab, carriage return, vertical tab and form feed. Bytes are compared as they are: no
 * Unicode normalisation, no case folding.
 *
 * COMPARE_LINES   blanks at the end of each line, and blank lines at the end, do not count. So neither a
 *                 missing final newline nor CRLF line ends make a difference.
 * COMPARE_EXACT   every byte counts.
 * COMPARE_TOKENS  the sequences of what stands between blanks and line ends must be equal.
 * COMPARE_FLOAT   as COMPARE_TOKENS, but two tokens that are both numbers are equal when
 *                 |got - expected| <= epsilon * max(1, |expected|), that is, within epsilon absolutely or
 *                 relatively. A number is [+-] digits with at most one decimal point, maybe an exponent
 *                 (1, -.5, 2., 1e-7, 6.02E+23), that fits a double; it is compared as one, so -0 equals 0.
 *                 [+-]inf, infinity and nan, in upper or lower case, are numbers too: nan equals nan, with
 * any sign; an infinity equals only the infinity of the same sign. All else (hexadecimal, 1,5, 1_000, 1e999,
 * more than 400 characters) is no number: such tokens are equal when all their bytes are. */
#ifndef SANDPOOL_COMPARE_H
#define SANDPOOL_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

enum compare_mode { COMPARE_LINES, COMPARE_EXACT, COMPARE_TOKENS, COMPARE_FLOAT };

struct compare {
        enum compare_mode mode;
        double epsilon; /* COMPARE_FLOAT: finite, not negative */
};

#define COMPARE_TEXT_SIZE 400

/* Whether they are equal. If not, difference says where: `line 3: expected "42", got "41"`. It is valid
 * UTF-8; what is quoted of a line is shortened around the first difference, control characters and bytes that
 * are no UTF-8 are escaped as in C. It allocates nothing. */
bool compare_outputs(const struct compare *compare, const char *expected, size_t expected_size,
        const char *got, size_t got_size, char difference[COMPARE_TEXT_SIZE]);

#endif
