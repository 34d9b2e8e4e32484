package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		fmt.Fprintln(os.Stdout, strings.ToUpper(in.Text()))
	}
	if len(os.Args) > 3 {
		os.Exit(3)
	}
}
