// rule: go-network
package main

import (
	f "fmt"; . "net"
	_ "strings"
)

func main() { f.Println(Dial("tcp", "example.org:80")) }
