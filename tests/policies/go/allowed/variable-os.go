package main

import "fmt"

func main() {
	os := []string{"linux", "plan9"}
	net := len(os)
	exec := net * 2
	fmt.Println(os, net, exec)
}
