package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Println("said")
	os.Exit(3)
}
