package main

import "fmt"

type node struct{ next *node }

func main() {
	var empty *node
	fmt.Println(empty.next)
}
