/* The modes of comparing. */
#include "fcgi/base/compare.h"
#include "fcgi/base/difference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NUMBER_MAX 400

/* What is still to be read of a text. */
struct rest {
        const char *at;
        size_t size;
        size_t line; /* number of the line that at is in */
};

static bool is_blank(char c)
{
        return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static size_t without_blanks(const char *text, size_t size)
{
        while (size && is_blank(text[size - 1]))
                size--;
        return size;
}

static size_t without_blank_lines(const char *text, size_t size)
{
        while (size && (is_blank(text[size - 1]) || text[size - 1] == '\n'))
                size--;
        return size;
}

/* The next line with its newline, if it has one. After the last one, none. */
static struct piece next_line(struct rest *rest)
{
        if (!rest->size)
                return (struct piece){NULL, 0};
        const char *newline = memchr(rest->at, '\n', rest->size);
        struct piece line = {rest->at, newline ? (size_t)(newline - rest->at) + 1 : rest->size};
        rest->at += line.size;
        rest->size -= line.size;
        rest->line++;
        return line;
}

static bool same(struct piece a, struct piece b)
{
        return !a.at == !b.at && a.size == b.size && (!a.size || !memcmp(a.at, b.at, a.size));
}

static bool ends_line(struct piece line)
{
        return line.at && line.size && line.at[line.size - 1] == '\n';
}

static struct piece trimmed(struct piece line)
{
        line.size = without_blanks(line.at, line.size - ends_line(line));
        return line;
}

/* A newline is only worth showing where one of the two has none. */
static void say_line(size_t number, struct piece expected, struct piece got, bool any_output, char *text)
{
        char place[32];
        if (ends_line(expected) && ends_line(got)) {
                expected.size--;
                got.size--;
        }
        snprintf(place, sizeof place, "line %zu", number);
        difference_say(place, expected, got, any_output, text, COMPARE_TEXT_SIZE);
}

static bool lines(struct rest expected, struct rest got, bool exact, char *text)
{
        bool any_output = got.size > 0;
        if (!exact) {
                expected.size = without_blank_lines(expected.at, expected.size);
                got.size = without_blank_lines(got.at, got.size);
        }
        while (expected.size || got.size) {
                struct piece a = next_line(&expected), b = next_line(&got);
                if (!exact) {
                        a = trimmed(a);
                        b = trimmed(b);
                }
                if (!same(a, b)) {
                        say_line(expected.line > got.line ? expected.line : got.line, a, b, any_output, text);
                        return false;
                }
        }
        return true;
}

static struct piece next_token(struct rest *rest)
{
        struct piece token = {NULL, 0};
        while (rest->size && (is_blank(*rest->at) || *rest->at == '\n')) {
                rest->line += *rest->at == '\n';
                rest->at++;
                rest->size--;
        }
        if (!rest->size)
                return token;
        token.at = rest->at;
        while (token.size < rest->size && !is_blank(rest->at[token.size]) && rest->at[token.size] != '\n')
                token.size++;
        rest->at += token.size;
        rest->size -= token.size;
        return token;
}

static size_t digits(const char *text)
{
        return strspn(text, "0123456789");
}

/* Decimal only: strtod would take hexadecimal and nan(...) too. */
static bool is_decimal(const char *text)
{
        size_t whole = digits(text), fraction = 0;
        text += whole;
        if (*text == '.')
                text += 1 + (fraction = digits(text + 1));
        if (!whole && !fraction)
                return false;
        if (*text == 'e' || *text == 'E') {
                text++;
                text += *text == '+' || *text == '-';
                if (!digits(text))
                        return false;
                text += digits(text);
        }
        return !*text;
}

static bool is_special(const char *text)
{
        return !strcasecmp(text, "inf") || !strcasecmp(text, "infinity") || !strcasecmp(text, "nan");
}

static bool number_of(struct piece token, double *number)
{
        char text[NUMBER_MAX + 1];
        if (token.size > NUMBER_MAX || memchr(token.at, 0, token.size))
                return false;
        memcpy(text, token.at, token.size);
        text[token.size] = 0;
        const char *plain = text + (*text == '+' || *text == '-');
        bool special = is_special(plain);
        if (!special && !is_decimal(plain))
                return false;
        *number = strtod(text, NULL);
        return special || isfinite(*number);
}

static bool near(double expected, double got, double epsilon)
{
        if (isnan(expected) || isnan(got))
                return isnan(expected) && isnan(got);
        if (isinf(expected) || isinf(got))
                return isinf(expected) && isinf(got) && signbit(expected) == signbit(got);
        double scale = fabs(expected) > 1 ? fabs(expected) : 1;
        return fabs(got - expected) <= epsilon * scale;
}

static bool same_token(const struct compare *compare, struct piece expected, struct piece got)
{
        double a, b;
        if (same(expected, got))
                return true;
        return compare->mode == COMPARE_FLOAT && expected.at && got.at && number_of(expected, &a) &&
               number_of(got, &b) && near(a, b, compare->epsilon);
}

static bool tokens(const struct compare *compare, struct rest expected, struct rest got, char *text)
{
        bool any_output = got.size > 0;
        expected.line = got.line = 1;
        for (size_t number = 1;; number++) {
                struct piece a = next_token(&expected), b = next_token(&got);
                if (!same_token(compare, a, b)) {
                        char place[64];
                        snprintf(place, sizeof place, "word %zu, on line %zu", number, got.line);
                        difference_say(place, a, b, any_output, text, COMPARE_TEXT_SIZE);
                        return false;
                }
                if (!a.at)
                        return true;
        }
}

bool compare_outputs(const struct compare *compare, const char *expected, size_t expected_size,
        const char *got, size_t got_size, char difference[COMPARE_TEXT_SIZE])
{
        struct rest a = {.at = expected, .size = expected_size}, b = {.at = got, .size = got_size};
        *difference = 0;
        if (compare->mode == COMPARE_TOKENS || compare->mode == COMPARE_FLOAT)
                return tokens(compare, a, b, difference);
        return lines(a, b, compare->mode == COMPARE_EXACT, difference);
}
