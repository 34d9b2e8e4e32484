#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
        (void)argc;
        printf("%.3f %.3f\n", pow(atof(argv[1]), 0.5), sin(atof(argv[1])));
}
