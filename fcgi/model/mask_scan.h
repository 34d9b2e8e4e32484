/* The masker's state, for its files: mask.c walks through code, mask_text.c through text, mask_open.c sees
 * what begins. */
#ifndef SANDPOOL_MASK_SCAN_H
#define SANDPOOL_MASK_SCAN_H

#include "fcgi/model/mask.h"

/* What a program chose: a tag, a heredoc's word, a delimiter. */
struct chosen_text {
        const char *text; /* in the code */
        size_t size;
};

/* A text that is open, or code in a hole of it. */
struct frame {
        const struct literal *literal; /* NULL at the bottom, which is code */
        const struct hole *hole;       /* not NULL: code */
        struct chosen_text chosen;
        char open, close; /* of SLOT_DELIMITER */
        uint32_t parts;   /* of SLOT_DELIMITER, still to come */
        unsigned nest;    /* a hole's brackets that are open; a nested literal's own */
        bool raw;         /* a heredoc whose word is in quotes: no holes */
        bool in_brackets; /* of a literal with brackets */
        bool format;      /* of a hole: text up to its end */
};

/* A literal that begins, and where. */
struct opening {
        const struct literal *literal;
        size_t size; /* of all that opens it */
        struct chosen_text chosen;
        char delimiter;
        bool raw;
};

enum { HEREDOCS_MAX = 8 };

struct scan {
        const struct syntax *syntax;
        const char *code;
        size_t size;
        size_t at;
        char *bare;
        char *code_only;
        struct frame stack[2 * MASK_DEPTH_MAX + 2];
        size_t depth;
        struct opening heredocs[HEREDOCS_MAX]; /* that begin with the next line */
        size_t heredoc_count;
        unsigned searches; /* for the ends of heredocs, so far */
        bool value;        /* a value ended before: what follows is an operator */
        bool word;         /* it was a word */
        size_t too_deep;
};

struct frame *mask_top(struct scan *scan);

/* Take a text or a hole off the stack: behind it there was a value. */
void mask_pop(struct scan *scan);

/* Go past a byte that is no code. */
void mask_blank(struct scan *scan, bool comment);

/* The bracket that closes this one, or the same character. */
char mask_mirrored(char c);

/* A step in a text; in the part of a hole behind its format character. */
void mask_walk_text(struct scan *scan);
void mask_walk_format(struct scan *scan);

bool mask_is_line_end(char c);
bool mask_line_begins(const struct scan *scan, size_t at);
bool mask_starts(const struct scan *scan, size_t at, const char *text, size_t size);

/* What begins at scan->at: with the word that ends there as its prefix, or (word_size 0) without one. Returns
 * whether something does: the longest. */
bool mask_opens(struct scan *scan, const char *word, size_t word_size, struct opening *opening);

/* Whether a line that begins at `at` ends the heredoc; then *size is what to blank. */
bool mask_heredoc_ends(const struct scan *scan, size_t at, const struct literal *literal,
        const struct chosen_text *word, size_t *size);

#endif
