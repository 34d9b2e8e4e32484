package main

import "fmt"

func main() {
	fmt.Println("before")
	panic("the reason 42")
}
