/* Makes tokens, and finds those of others. */
#include "tests/integration/token.h"

#include "fcgi/base/id.h"

#include <stdio.h>
#include <string.h>

void token_new(char token[TOKEN_SIZE])
{
        char id[ID_SIZE];
        id_new(id);
        snprintf(token, TOKEN_SIZE, TOKEN_MARK "%s", id);
}

static bool is_in(const struct buffer *text, const char *own, char other[TOKEN_SIZE])
{
        static const size_t mark = sizeof TOKEN_MARK - 1;
        const char *at = text->data, *end = at + text->size;
        while (text->size && (at = memmem(at, (size_t)(end - at), TOKEN_MARK, mark))) {
                char id[ID_SIZE];
                at += mark;
                snprintf(id, sizeof id, "%.*s", (int)(end - at < ID_SIZE ? end - at : ID_SIZE), at);
                id[strspn(id, "0123456789abcdef")] = '\0';
                if (strncmp(id, own + mark, strlen(id))) {
                        snprintf(other, TOKEN_SIZE, TOKEN_MARK "%s", id);
                        return true;
                }
        }
        return false;
}

bool token_of_another(const struct http_response *response, const char *own, char other[TOKEN_SIZE])
{
        return is_in(&response->head, own, other) || is_in(&response->body, own, other);
}
