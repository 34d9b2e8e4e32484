#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
        char line[256];
        while (fgets(line, sizeof line, stdin) != NULL)
                fputs(line, stdout);
        free(malloc(strlen(line) + 1));
        exit(EXIT_SUCCESS);
}
