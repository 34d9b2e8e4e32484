package main

import "fmt"

func main() {
	x := uint32(1)
	for range 400_000_000 {
		x = (x*1103515245 + 12345) & 0x7fffffff
	}
	fmt.Println(x)
}
