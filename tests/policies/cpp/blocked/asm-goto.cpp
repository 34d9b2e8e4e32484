// rule: cpp-asm
int main()
{
        __asm__ __volatile__("nop" ::: "memory");
}
