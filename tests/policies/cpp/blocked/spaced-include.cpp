// rule: cpp-network
  #   include   "netinet/in.h"

int main() {}
