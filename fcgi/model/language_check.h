/* What is checked of a language once its file has been read, for language.c alone. */
#ifndef SANDPOOL_LANGUAGE_CHECK_H
#define SANDPOOL_LANGUAGE_CHECK_H

#include "fcgi/base/error.h"
#include "fcgi/model/language.h"
#include "fcgi/model/settings.h"
#include "fcgi/model/yaml_tree.h"

/* 0, or -1 with "file:line: what" in err. Aliases become lower case, and the extension is filled in, on the
 * way. */
int language_check(const struct yaml *yaml, const struct settings *settings, struct language *language,
        struct error *err);

#endif
