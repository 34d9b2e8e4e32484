package main

import "fmt"

func main() {
	quotes := []rune{'"', '\'', '`', '\\'}
	fmt.Println(quotes, len("os.Open("), "`import \"net\"`")
}
