int main(int argc, char **argv)
{
        (void)argv;
        *(volatile int *)(long)(argc - 1) = 1;
}
