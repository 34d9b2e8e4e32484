package main

import (
	"fmt"
	"os"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	check(os.WriteFile("notes.txt", []byte("first Ä\n"), 0o644))
	file, err := os.OpenFile("notes.txt", os.O_APPEND|os.O_WRONLY, 0)
	check(err)
	fmt.Fprintln(file, "second")
	check(file.Close())
	text, err := os.ReadFile("notes.txt")
	check(err)
	fmt.Print(string(text))
}
