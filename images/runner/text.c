/* The service's functions about text, for --once: the runner is linked from its own folder alone. */
#include "fcgi/base/text.c"
