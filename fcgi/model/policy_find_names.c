/* Finds modules that are imported and functions that are called, by the language's forms of it. */
#include "fcgi/model/policy_find.h"

#include "fcgi/model/mask.h"

#include <ctype.h>
#include <string.h>

enum {
        NAME_SIZE = 256,
        PARTS_MAX = 8,      /* of a module's name that are looked at */
        QUALIFIERS_MAX = 4, /* before a call's name */
        BLANKS_MAX = 64,    /* between them */
        WORD_MAX = 64,
};

/* One match of a form: where, and in what. */
struct place {
        const char *subject;
        size_t start, end;
};

typedef int found_name(
        struct find *find, const struct form *form, const struct place *place, struct error *err);

static int each_match(struct find *find, const struct form *forms, found_name *found, struct error *err)
{
        struct pattern_match match;

        for (const struct form *form = forms; form != NULL && form->pattern != NULL; form++) {
                struct place place = {.subject = form->in == VIEW_CODE ? find->code_only : find->bare};

                for (size_t offset = 0; offset <= find->size;
                        offset = match.end > offset ? match.end : offset + 1) {
                        int rc = pattern_match(form->pattern, place.subject, find->size, offset, &match, err);

                        if (rc < 0)
                                return -1;
                        if (rc == 0)
                                break;
                        place.start = match.start;
                        place.end = match.end;
                        if (policy_find_begins(find, form->in, &match) && found(find, form, &place, err) < 0)
                                return -1;
                }
        }
        return 0;
}

/* Append without blanks and continued lines, as far as there is room; returns the new length. */
static size_t append(char name[NAME_SIZE], size_t length, const char *text, size_t size)
{
        for (size_t i = 0; i < size && length < NAME_SIZE; i++)
                if (!isspace((unsigned char)text[i]) &&
                        (text[i] != '\\' || i + 1 == size || !isspace((unsigned char)text[i + 1])))
                        name[length++] = text[i];
        return length;
}

/* The length of the separator that begins here, or 0. */
static size_t separator_at(const struct syntax *syntax, const char *text, size_t size)
{
        for (char **one = syntax->separators; one != NULL && *one != NULL; one++)
                if (strlen(*one) <= size && memcmp(text, *one, strlen(*one)) == 0)
                        return strlen(*one);
        return 0;
}

static int add_all(struct find *find, const struct names *names, const struct name *first, size_t length,
        size_t at, struct error *err)
{
        for (const struct name *name = first; name != NULL;
                name = policy_names_find(names, first->key, length, name))
                if (name->owner != GROUP_NOBODY && policy_find_add(find, name->owner, at, err) < 0)
                        return -1;
        return 0;
}

/* A rule for `os` is also one for os.path, one for `netinet` for netinet/in.h; the longest name that a rule
 * has wins. */
static int found_module(
        struct find *find, const struct form *form, const struct place *place, struct error *err)
{
        const struct names *modules = &find->group->modules;
        const struct name *best = NULL;
        char name[NAME_SIZE];
        size_t length = 0, best_length = 0, parts = 0;

        if (form->prefix != NULL)
                length = append(name, length, form->prefix, strlen(form->prefix));
        length = append(name, length, place->subject + place->start, place->end - place->start);
        for (size_t i = 1; i <= length && parts < PARTS_MAX; i++) {
                const struct name *known;

                if (i < length && (mask_is_word(name[i]) || strchr("-+@", name[i]) != NULL))
                        continue;
                parts++;
                known = policy_names_find(modules, name, i, NULL);
                if (known != NULL) {
                        best = known;
                        best_length = i;
                }
        }
        return best != NULL ? add_all(find, modules, best, best_length, place->start, err) : 0;
}

/* A name that is written from its end. */
struct backwards {
        char text[NAME_SIZE];
        size_t from;
};

static bool prepend(struct backwards *name, const char *text, size_t size)
{
        if (size > name->from)
                return false;
        name->from -= size;
        memcpy(name->text + name->from, text, size);
        return true;
}

static size_t skip_blanks_back(const char *text, size_t at)
{
        for (int i = 0; i < BLANKS_MAX && at > 0 && isspace((unsigned char)text[at - 1]); i++)
                at--;
        return at;
}

/* The separator that ends at `at`: the longest, or NULL. One such as ?. is written as the first, if it ends
 * with that. */
static const char *separator_before(const struct syntax *syntax, const char *text, size_t at, size_t *size)
{
        const char *found = NULL;

        *size = 0;
        for (char **one = syntax->separators; one != NULL && *one != NULL; one++) {
                size_t length = strlen(*one), first = strlen(*syntax->separators);

                if (length <= *size || length > at || memcmp(text + at - length, *one, length) != 0)
                        continue;
                found = *one;
                *size = length;
                if (length > first && strcmp(*one + length - first, *syntax->separators) == 0)
                        found = *syntax->separators;
        }
        return found;
}

static size_t word_before(const char *text, size_t at)
{
        size_t size = 0;

        while (size < WORD_MAX && size < at && mask_is_word(text[at - size - 1]))
                size++;
        return size;
}

static bool in_list(char *const *list, const char *text)
{
        for (; list != NULL && *list != NULL; list++)
                if (strcmp(*list, text) == 0)
                        return true;
        return false;
}

/* The called name with what qualifies it, without blanks: os.system of `os . system(`. */
static void qualify(const struct syntax *syntax, const struct place *place, struct backwards *name)
{
        size_t at = place->start;

        name->from = sizeof name->text;
        if (!prepend(name, place->subject + place->start, place->end - place->start))
                return;
        for (int i = 0; i < QUALIFIERS_MAX; i++) {
                size_t before = skip_blanks_back(place->subject, at), size;
                const char *separator = separator_before(syntax, place->subject, before, &size);

                if (separator == NULL || !prepend(name, separator, strlen(separator)))
                        return;
                at = before - size;
                before = skip_blanks_back(place->subject, at);
                if (before < at && in_list(syntax->globals, separator))
                        return; /* return ::fork() */
                size = word_before(place->subject, before);
                if (size == 0 || !prepend(name, place->subject + before - size, size))
                        return;
                at = before - size;
        }
}

/* std::system and ::system are system. */
static void drop_global(const struct syntax *syntax, struct backwards *name)
{
        size_t size = sizeof name->text - name->from;

        for (char **one = syntax->globals; one != NULL && *one != NULL; one++)
                if (strlen(*one) < size && memcmp(name->text + name->from, *one, strlen(*one)) == 0) {
                        name->from += strlen(*one);
                        return;
                }
}

/* A rule's `eval` is the function, its `.eval` any method of that name, its `a.eval` that one. */
static bool call_fits(const struct find *find, const struct name *rule, const struct backwards *name)
{
        size_t size = sizeof name->text - name->from, key = strlen(rule->key);
        size_t separator = separator_at(find->syntax, rule->text, strlen(rule->text));

        if (separator > 0 && rule->text + separator == rule->key)
                return size > key;
        return policy_names_equal(&find->group->calls, name->text + name->from, size, rule->text);
}

static int found_call(
        struct find *find, const struct form *form, const struct place *place, struct error *err)
{
        const struct names *calls = &find->group->calls;
        size_t size = place->end - place->start;
        const char *key = place->subject + place->start;
        struct backwards name;
        const struct name *rule = policy_names_find(calls, key, size, NULL);

        (void)form;
        if (rule == NULL)
                return 0;
        qualify(find->syntax, place, &name);
        drop_global(find->syntax, &name);
        for (; rule != NULL; rule = policy_names_find(calls, key, size, rule))
                if (call_fits(find, rule, &name) && policy_find_add(find, rule->owner, place->start, err) < 0)
                        return -1;
        return 0;
}

int policy_find_modules(struct find *find, struct error *err)
{
        return find->group->modules.count > 0 ? each_match(find, find->syntax->imports, found_module, err)
                                              : 0;
}

int policy_find_calls(struct find *find, struct error *err)
{
        return find->group->calls.count > 0 ? each_match(find, find->syntax->calls, found_call, err) : 0;
}
