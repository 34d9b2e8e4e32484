#include <stdio.h>

static void put(const char *mode, const char *text)
{
        FILE *file = fopen("notes.txt", mode);
        fputs(text, file);
        fclose(file);
}

int main(void)
{
        put("w", "first Ä\n");
        put("a", "second\n");
        FILE *file = fopen("notes.txt", "r");
        for (int c; (c = getc(file)) != EOF;)
                putchar(c);
}
