enum class Door { open, shut };
static int open(Door door) { return door == Door::open; }
static bool is_open = true;

int main() { return is_open ? 0 : (int)sizeof(int(*)(Door)) + (&open)(Door::shut); }
