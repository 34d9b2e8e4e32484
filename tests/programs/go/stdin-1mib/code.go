package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	bytes, lines := 0, 0
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		bytes += len(in.Bytes()) + 1
		lines++
	}
	fmt.Printf("%d bytes, %d lines\n", bytes, lines)
}
