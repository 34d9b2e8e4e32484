package main

import "fmt"

func main() {
	var password string
	fmt.Scan(&password)
	token := ""
	fmt.Println("password:", len(password), token)
}
