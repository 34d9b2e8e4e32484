// rule: go-process
package main

import (
	"fmt"
	"os/exec"
)

func main() {
	out, _ := exec.Command("ls").Output()
	fmt.Println(string(out))
}
