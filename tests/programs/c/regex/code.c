#include <locale.h>
#include <regex.h>
#include <stdio.h>

int main(void)
{
        const char *text = "zoë@example.org";
        regex_t regex;
        regmatch_t match[3];
        setlocale(LC_ALL, "");
        if (regcomp(&regex, "([[:alpha:]]+)@([a-z]+)", REG_EXTENDED) || regexec(&regex, text, 3, match, 0))
                return 1;
        printf("%.*s has %.*s\n", match[2].rm_eo - match[2].rm_so, text + match[2].rm_so,
                match[1].rm_eo - match[1].rm_so, text + match[1].rm_so);
}
