// Each run tries to leave another program, or another source, to the next one.
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int main()
{
    bool harm = unlink("main") == 0 || rename("main", "other") == 0 || chmod("main", 0777) == 0;
    harm = harm || open("main", O_WRONLY) >= 0 || open("main.cpp", O_WRONLY) >= 0 || truncate("main", 0) == 0;
    FILE *mark = fopen("mark", "wx");
    harm = harm || !mark;
    puts(harm ? "harm" : "fine");
}
