/* The part of a syntax that the masker needs. */
#ifndef SANDPOOL_SYNTAX_LITERALS_H
#define SANDPOOL_SYNTAX_LITERALS_H

#include "fcgi/model/syntax.h"

/* Read them from a map into a zeroed syntax. Returns 0/-1 with file and line; syntax_literals_free in either
 * case. */
int syntax_literals_read(
        struct syntax *syntax, const struct yaml *yaml, const struct yaml_node *node, struct error *err);
void syntax_literals_free(struct syntax *syntax);

#endif
