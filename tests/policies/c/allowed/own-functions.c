static int systems(int x) { return x; }
static int reopen(int fork) { return fork; }
struct door { int open, system; };

int main(void)
{
        struct door d = {1, 2}, *p = &d;
        return systems(p->open) + reopen(d.system) - 3;
}
