package main

import (
	"fmt"
	"net/netip"
	"net/url"
)

func main() {
	u, _ := url.Parse("http://example.org/x?y=1")
	fmt.Println(u.Path, netip.MustParseAddr("127.0.0.1"))
}
