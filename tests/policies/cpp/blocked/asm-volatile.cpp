// rule: cpp-asm
int main()
{
        asm volatile ("nop");
}
