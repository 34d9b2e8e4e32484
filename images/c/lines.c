/* Linked to every C and C++ program: what it prints leaves it line by line, as on a terminal, so that nothing
 * is lost of a program that crashes or is ended by a time limit. A program's own setvbuf comes later and
 * wins. */
#include <stdio.h>

__attribute__((constructor)) static void by_lines(void)
{
        setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
}
