int main(int argc, char **)
{
        *(volatile int *)(long)(argc - 1) = 1;
}
