package main

import "fmt"

func main() {
	fmt.Println("import \"os/exec\"", `import "net"
os.Open("x")`, 'x', "exec.Command(")
}
