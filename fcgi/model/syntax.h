/* How a language's comments, texts, imports and calls look: the `syntax:` part of its YAML file. */
#ifndef SANDPOOL_SYNTAX_H
#define SANDPOOL_SYNTAX_H

#include "fcgi/base/error.h"
#include "fcgi/model/pattern.h"
#include "fcgi/model/yaml_tree.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYNTAX_LITERALS_MAX 64 /* so that a word of 64 bits holds a set of them */

enum literal_kind {
        LITERAL_COMMENT, /* nobody looks into it */
        LITERAL_STRING,  /* rules may ask to look into it */
        LITERAL_HEREDOC, /* the same; it begins with the next line */
        LITERAL_PLAIN,   /* looks like the beginning of one of the others and is none */
};

/* What stands in a delimiter where the program chooses: none or one of these, written {tag}, {delimiter} or
 * {word}. */
enum slot {
        SLOT_NONE,
        SLOT_TAG,       /* a run, maybe empty, of the literal's `tag` characters; repeated in its close */
        SLOT_DELIMITER, /* one of `delimiters`; the close is the same one or the bracket that fits */
        SLOT_WORD,      /* a heredoc's word, maybe in quotes */
};

/* A delimiter: the bytes before and behind its slot. */
struct delimiter {
        char *text; /* owns; NULL: there is none */
        const char *lead, *trail;
        size_t lead_size, trail_size;
        enum slot slot;
};

/* Code inside of a text, such as ${...}. */
struct hole {
        char *open, *close;
};

enum place_in_line {
        PLACE_ANYWHERE,
        PLACE_LINE,  /* only at the beginning of a line */
        PLACE_BLANK, /* only there, or behind a blank or one of ;&|() */
};

struct literal {
        enum literal_kind kind;
        struct delimiter open, close; /* no close: to the end of its line; of a heredoc: its word */
        char **prefixes;              /* the word before it is one of these; NULL: any */
        char *not_after;              /* what must not stand before it (before its prefix); or NULL */
        char *tag;                    /* of SLOT_TAG: the characters, or with ^ before them all others */
        char *delimiters;             /* of SLOT_DELIMITER */
        char **line_ends;             /* what ends a line for it besides line ends; NULL: nothing */
        enum place_in_line at;
        char escape;        /* protects the next character; 0: none does */
        char format;        /* in a hole, from here to its end it is text again (python's ':'); 0: none */
        bool doubled;       /* its close twice stands for the close as a character */
        bool multiline;     /* else an unclosed one ends at the end of its line */
        bool nested;        /* its open counts inside of it */
        bool endless;       /* reaches to the end of the file */
        bool single;        /* holds one character; without that it is something else (rust's lifetimes) */
        bool value;         /* stands only where a value can begin (else it is a division) */
        bool spaced;        /* with value: also behind a word, if a blank is before and none behind it */
        bool brackets;      /* nothing closes it inside of [] */
        bool loose;         /* of a heredoc: anything but a word's character may follow its end */
        uint32_t parts;     /* of SLOT_DELIMITER: 2 in s/a/b/ */
        struct hole *holes; /* ends with an open of NULL; NULL: none */
};

/* A way to name a module: what a pattern matches, behind its \K, is the name. */
struct form {
        struct pattern *pattern;
        char *prefix; /* goes before the name; or NULL */
        int in;       /* enum view */
};

enum view {
        VIEW_CODE,    /* neither comments nor texts */
        VIEW_STRINGS, /* no comments; the match begins in code */
        VIEW_TEXT,    /* no comments; the match may begin in a text */
};
extern const char *const view_names[]; /* "code", "strings", "text"; ends with NULL */

struct syntax {
        struct literal *literals;
        size_t literal_count;
        uint64_t first[256];           /* by the first byte of their open: which literals may begin */
        uint64_t prefixed;             /* the literals that have prefixes */
        const struct literal *outside; /* what the file begins in, where code is only a part of it; or NULL */
        char **values_after;           /* words behind which a value begins: return */
        char **separators;             /* between the parts of a name: "." */
        char **globals;                /* what makes a name no other name: "std::" */
        bool ignore_case;              /* of names */
        bool wide_names;      /* any byte that is not ASCII is a name's: Unicode's blanks are letters */
        struct form *imports; /* end with a pattern of NULL */
        struct form *calls;
};

/* Read the node, a map (NULL: an empty one). Returns a syntax to free, or NULL with file and line. */
struct syntax *syntax_read(const struct yaml *yaml, const struct yaml_node *node, struct error *err);
void syntax_free(struct syntax *syntax);

#endif
