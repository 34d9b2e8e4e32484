/* Changes to the files that the fixture is configured by, named relative to its folder. Whatever goes wrong
 * fails the test. */
#ifndef SANDPOOL_TEST_CONF_EDIT_H
#define SANDPOOL_TEST_CONF_EDIT_H

/* The whole file. The caller's. */
char *conf_edit_read(const char *file);

void conf_edit_write(const char *file, const char *text);

void conf_edit_remove(const char *file);

/* Replace what stands once in it. */
void conf_edit(const char *file, const char *from, const char *to);

/* Have the service reload, by the verb, and succeed. */
void conf_edit_reload(void);

/* SIGHUP and nothing else; wait until one more reload has failed, by the log. The line's why, into why. */
void conf_edit_await_refusal(char *why, unsigned size);

#endif
