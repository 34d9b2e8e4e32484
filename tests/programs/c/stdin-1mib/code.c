#include <stdio.h>
#include <string.h>

int main(void)
{
        char line[256];
        size_t bytes = 0, lines = 0;
        while (fgets(line, sizeof line, stdin)) {
                bytes += strlen(line);
                lines++;
        }
        printf("%zu bytes, %zu lines\n", bytes, lines);
}
