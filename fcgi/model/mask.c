/* Blanks comments and strings by a language's delimiters, in one pass. */
#include "fcgi/model/mask.h"

#include <ctype.h>
#include <string.h>

struct scan {
        const char *code;
        size_t size;
        size_t at;
        char *bare;
        char *code_only;
};

static bool starts(const struct scan *scan, const char *word)
{
        size_t length = strlen(word);

        return length <= scan->size - scan->at && memcmp(scan->code + scan->at, word, length) == 0;
}

/* The longest delimiter that opens here, or NULL. */
static const struct delimiters *opened(
        const struct scan *scan, const struct delimiters *list, size_t *longest)
{
        const struct delimiters *found = NULL;

        for (const struct delimiters *one = list; one->open != NULL; one++)
                if (strlen(one->open) > *longest && starts(scan, one->open)) {
                        *longest = strlen(one->open);
                        found = one;
                }
        return found;
}

static bool is_line_end(char c)
{
        return c == '\n' || c == '\r';
}

/* Blank one byte of a comment (in both) or of a string (in code_only). */
static void blank(struct scan *scan, bool comment)
{
        size_t at = scan->at++;

        if (is_line_end(scan->code[at]))
                return;
        scan->code_only[at] = ' ';
        if (comment)
                scan->bare[at] = ' ';
}

/* Go past the delimiters and all between them. */
static void skip(struct scan *scan, const struct delimiters *delimiters, bool comment)
{
        size_t close = delimiters->close != NULL ? strlen(delimiters->close) : 0;

        for (size_t i = strlen(delimiters->open); i > 0; i--)
                if (comment)
                        blank(scan, true);
                else
                        scan->at++;
        while (scan->at < scan->size) {
                if (delimiters->escapes && scan->code[scan->at] == '\\' && scan->at + 1 < scan->size) {
                        blank(scan, comment); /* and the character behind it, below, whatever it is */
                } else if (close > 0 && starts(scan, delimiters->close)) {
                        break;
                } else if (!delimiters->multiline && is_line_end(scan->code[scan->at])) {
                        return;
                }
                blank(scan, comment);
        }
        for (; close > 0 && scan->at < scan->size; close--)
                if (comment)
                        blank(scan, true);
                else
                        scan->at++;
}

void mask_code(const struct language *language, const char *code, size_t size, char *bare, char *code_only)
{
        struct scan scan = {.code = code, .size = size, .bare = bare, .code_only = code_only};
        enum { NO_WORD, WORD, NUMBER } word = NO_WORD;

        memcpy(bare, code, size);
        memcpy(code_only, code, size);
        while (scan.at < size) {
                unsigned char c = (unsigned char)code[scan.at];
                const struct delimiters *comment, *string;
                size_t longest = 0;

                bool letter = isalnum(c) || c == '_' || c >= 0x80;

                if (letter && word != NO_WORD) {
                        scan.at++;
                        continue;
                }
                /* 1'000 in C++ is a number and opens nothing. */
                if (word == NUMBER && c == '\'' && scan.at + 1 < size &&
                        isxdigit((unsigned char)code[scan.at + 1])) {
                        scan.at++;
                        continue;
                }
                word = !letter ? NO_WORD : isdigit(c) ? NUMBER : WORD;
                comment = opened(&scan, language->comments, &longest);
                string = opened(&scan, language->strings, &longest);
                if (string == NULL && comment == NULL) {
                        scan.at++;
                        continue;
                }
                skip(&scan, string != NULL ? string : comment, string == NULL);
                word = NO_WORD;
        }
}
