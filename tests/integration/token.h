/* Tokens by which an answer shows whose it is: each stands in one request alone. */
#ifndef SANDPOOL_TEST_TOKEN_H
#define SANDPOOL_TEST_TOKEN_H

#include "tests/integration/http.h"

#include <stdbool.h>

#define TOKEN_MARK "token-"
#define TOKEN_SIZE (sizeof TOKEN_MARK + 32) /* with NUL */

/* TOKEN_MARK and 32 hexadecimal digits that nobody else has. */
void token_new(char token[TOKEN_SIZE]);

/* Whether a token of another request stands anywhere in the answer, in its headers too: in `output`,
 * `stderr`, `error`, in any field, whatever the status is. The end of one's own, cut off at a limit, is one's
 * own. It is copied into other. */
bool token_of_another(const struct http_response *response, const char *own, char other[TOKEN_SIZE]);

#endif
