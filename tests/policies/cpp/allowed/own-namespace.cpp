namespace solar {
int system(int planets) { return planets; }
}

int main() { return solar::system(8) - 8; }
