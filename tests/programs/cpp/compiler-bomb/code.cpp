template <int a, int b> struct deep {
        static constexpr unsigned long value = deep<a - 1, b>::value + deep<a - 1, b + 1>::value;
};
template <int b> struct deep<0, b> {
        static constexpr unsigned long value = b;
};

int main()
{
        int huge[(deep<700, 0>::value & 1) + 1];
        return sizeof huge;
}
