// rule: go-files
package main

import (
	"fmt"
	"os"
)

func main() {
	file, err := os.Open("/etc/passwd")
	fmt.Println(file, err)
}
