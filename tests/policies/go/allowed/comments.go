package main

// import "os/exec"
/* os.Open("x")
import "net" */
import "fmt"

func main() { fmt.Println("x") /* exec.Command("ls") */ }
