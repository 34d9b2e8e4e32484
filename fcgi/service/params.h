/* A FastCGI request's parameters: name-value pairs, as the specification's section 3.4 packs them. */
#ifndef SANDPOOL_SERVICE_PARAMS_H
#define SANDPOOL_SERVICE_PARAMS_H

#include "fcgi/base/buffer.h"

/* Turn the packed pairs in packed, in place, into what params_get reads. 0, or -1 when they are not that: cut
 * short, or with a NUL inside. */
int params_unpack(struct buffer *packed);

/* A value, borrowed; "" when there is none of that name. Of several the first. */
const char *params_get(const struct buffer *unpacked, const char *name);

#endif
