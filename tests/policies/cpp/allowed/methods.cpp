struct Solar {
        int system(int x) { return x; }
        int fork() { return 2; }
};

int main()
{
        Solar sun, *star = &sun;
        return sun.system(1) + star->fork() - 3;
}
